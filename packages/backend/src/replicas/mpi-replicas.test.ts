import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { mpiReplicas } from './mpi-replicas.ts';
import { isOnOneMachine, startedByMpi } from './started-by-mpi.ts';

const withMpi = process.platform === 'linux' && !spawnSync('mpirun', ['--version']).error;
const folder = mkdtempSync(join(tmpdir(), 'cloze-mpi-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Sums twice and tells, on every rank, what came and at how many places this process listens. */
const program = `
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { mpiReplicas } from ${JSON.stringify(pathToFileURL(fileURLToPath(new URL('./mpi-replicas.ts', import.meta.url))).href)};
const replicas = await mpiReplicas({ deadline: 60 });
const [floats, doubles] = [Float32Array.of(1, replicas.rank()), Float64Array.of(Math.PI * (replicas.rank() + 1))];
await replicas.sum(floats);
await replicas.sum(doubles);
const own = new Set(readdirSync('/proc/self/fd').map((fd) => { try { return readlinkSync('/proc/self/fd/' + fd); } catch { return ''; } }));
const listening = ['tcp', 'tcp6'].flatMap((kind) => readFileSync('/proc/self/net/' + kind, 'utf8').split('\\n').slice(1))
  .map((line) => line.trim().split(/\\s+/)).filter((cells) => cells[3] === '0A' && own.has('socket:[' + cells[9] + ']'));
console.log(JSON.stringify({ rank: replicas.rank(), floats: [...floats], double: doubles[0], listening: listening.length }));
replicas.close();
`;

describe.skipIf(!withMpi)('mpiReplicas under mpirun', { timeout: 60_000 }, () => {
  const run = (...more: readonly string[]) => {
    const file = join(folder, 'ranks.mts');
    writeFileSync(file, program);
    const line = [process.execPath, '--import', 'tsx', '--conditions=@cloze/source', file];
    const { stdout, stderr } = spawnSync('mpirun', ['--oversubscribe', ...more, '-np', '2', ...line], {
      encoding: 'utf8',
      cwd: fileURLToPath(new URL('../../../..', import.meta.url)),
      env: { ...process.env, OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' },
    });
    const told = stdout.split('\n').flatMap((text) => (text.startsWith('{') ? [JSON.parse(text)] : []));
    return told.length === 2 ? told.sort((a, b) => a.rank - b.rank) : [stdout, stderr];
  };

  it('sums in both precisions, the same in each rank, and on one machine no rank listens anywhere', () => {
    expect(run()).toEqual([0, 1].map((rank) => ({ rank, floats: [2, 1], double: 3 * Math.PI, listening: 0 })));
  });

  it('leaves what the user told mpirun: with TCP ranks listen', () => {
    const told = run('--mca', 'btl', 'self,vader,tcp');
    expect(told.map(({ listening }) => listening > 0)).toEqual([true, true]);
  });
});

describe('mpiReplicas', () => {
  it('is told where a process stands by its environment', () => {
    expect([{}, { OMPI_COMM_WORLD_SIZE: '2' }, { PMIX_RANK: '0' }].map(startedByMpi)).toEqual([false, true, true]);
    const job = { OMPI_COMM_WORLD_SIZE: '4', OMPI_COMM_WORLD_LOCAL_SIZE: '4' };
    expect([job, { ...job, OMPI_COMM_WORLD_LOCAL_SIZE: '2' }, {}].map(isOnOneMachine)).toEqual([true, false, false]);
  });

  it('says how to start, outside of a job', async () => {
    await expect(mpiReplicas()).rejects.toThrow("start it by 'mpirun -np 4 node …'");
    await expect(mpiReplicas({ deadline: 0 })).rejects.toThrow('deadline');
  });
});
