import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { type MpiOptions, mpiReplicas } from './mpi-replicas.ts';
import { isOnOneMachine, startedByMpi } from './started-by-mpi.ts';

const withMpi = process.platform === 'linux' && !spawnSync('mpirun', ['--version']).error;
const folder = mkdtempSync(join(tmpdir(), 'cloze-mpi-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A module beside this one, for a program to import. */
const moduleAt = (name: string) => JSON.stringify(pathToFileURL(fileURLToPath(new URL(name, import.meta.url))).href);

/** Sums twice and tells, on every rank, what came and at how many places this process listens. */
const program = `
import { existsSync } from 'node:fs';
import { mpiReplicas } from ${moduleAt('./mpi-replicas.ts')};
import { ownListeners } from ${moduleAt('./own-listeners.ts')};
const replicas = await mpiReplicas({ deadline: 60, ...JSON.parse(process.env.CLOZE_TEST_MEETING ?? '{}') });
const [floats, doubles] = [Float32Array.of(1, replicas.rank()), Float64Array.of(Math.PI * (replicas.rank() + 1))];
await replicas.sum(floats);
await replicas.sum(doubles);
const rounded = Float32Array.of(1 + (1 - replicas.rank()) / 1024);
await replicas.sum(rounded);
const ports = [...ownListeners().values()];
console.log(JSON.stringify({ rank: replicas.rank(), floats: [...floats], double: doubles[0], rounded: rounded[0], listening: ports.length, ports }));
// Others try to connect meanwhile, until the file is there.
while (process.env.CLOZE_TEST_UNTIL && !existsSync(process.env.CLOZE_TEST_UNTIL)) await new Promise((later) => setTimeout(later, 50));
replicas.close();
`;

describe.skipIf(!withMpi)('mpiReplicas under mpirun', { timeout: 60_000 }, () => {
  const file = join(folder, 'ranks.mts');
  writeFileSync(file, program);
  const line = [process.execPath, '--import', 'tsx', '--conditions=@cloze/source', file];
  const surroundings = (meeting: MpiOptions) => ({
    cwd: fileURLToPath(new URL('../../../..', import.meta.url)),
    env: {
      ...process.env,
      ...{ OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' },
      CLOZE_TEST_MEETING: JSON.stringify(meeting),
    },
  });
  const toldIn = (text: string) =>
    text
      .split('\n')
      .flatMap((one) => (one.startsWith('{') ? [JSON.parse(one)] : []))
      .sort((a, b) => a.rank - b.rank);
  const run = (meeting: MpiOptions, ...more: readonly string[]) => {
    const words = ['--oversubscribe', ...more, '-np', '2', ...line];
    const { stdout, stderr } = spawnSync('mpirun', words, { encoding: 'utf8', ...surroundings(meeting) });
    const told = toldIn(stdout);
    return told.length === 2 ? told : [stdout, stderr];
  };

  it('sums in both precisions, the same in each rank, and on one machine no rank listens anywhere', () => {
    expect(run({})).toMatchObject([0, 1].map((rank) => ({ rank, floats: [2, 1], double: 3 * Math.PI, listening: 0 })));
  });

  it('sums of float32 travel as bfloat16 when asked: the same bits in each, rounded to 8 bits', () => {
    // 1 + 1/1024 of the first rank and 1 of the second are both 1 then; what is float64 stays as it is.
    const told = run({ exchange: 'bfloat16' });
    expect(told).toMatchObject([0, 1].map((rank) => ({ rank, floats: [2, 1], double: 3 * Math.PI, rounded: 2 })));
  });

  it('leaves what the user told mpirun: with TCP ranks listen', () => {
    const told = run({}, '--mca', 'btl', 'self,vader,tcp');
    expect(told.map(({ listening }) => listening > 0)).toEqual([true, true]);
  });
});

/** Namespaces that stand for machines: the job's, one beside it on eth0 and one on eth1. */
const spaces = ['job', 'beside', 'elsewhere'].map((name) => `clz-${process.pid}-${name}`);
const [job = '', beside = '', elsewhere = ''] = spaces;
const ip = (...words: string[]) => spawnSync('ip', words).status === 0;
const withSpaces = withMpi && ip('netns', 'add', job) && ip('netns', 'del', job);

describe.skipIf(!withSpaces)('a rank that is to be reached by one interface', { timeout: 60_000 }, () => {
  afterAll(() => {
    for (const space of spaces) ip('netns', 'del', space);
  });

  it('listens for that one, and refuses what comes by another', async () => {
    expect(ip('netns', 'add', job)).toBe(true);
    for (const [i, other] of [beside, elsewhere].entries()) {
      expect(ip('netns', 'add', other)).toBe(true);
      ip('-n', job, 'link', 'add', `eth${i}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', other);
      for (const [space, device, end] of [
        [job, `eth${i}`, 1],
        [other, 'eth0', 2],
      ] as const) {
        ip('-n', space, 'addr', 'add', `10.66.${i}.${end}/24`, 'dev', device);
        ip('-n', space, 'link', 'set', device, 'up');
        ip('-n', space, 'link', 'set', 'lo', 'up');
      }
    }
    const file = join(folder, 'interface.mts');
    writeFileSync(file, program);
    const until = join(folder, 'asked');
    const words = [
      ...['--mca', 'btl', 'self,vader,tcp', '--oversubscribe', '-np', '2', process.execPath, '--import', 'tsx'],
    ];
    const child = spawn('ip', ['netns', 'exec', job, 'mpirun', ...words, '--conditions=@cloze/source', file], {
      cwd: fileURLToPath(new URL('../../../..', import.meta.url)),
      env: {
        ...process.env,
        ...{ OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1', CLOZE_TEST_UNTIL: until },
        CLOZE_TEST_MEETING: JSON.stringify({ interface: 'eth0' }),
      },
    });
    let out = '';
    child.stdout.on('data', (text) => (out += text));
    const ended = new Promise((done) => child.once('close', done));
    const told = () => out.split('\n').filter((text) => text.startsWith('{'));
    while (told().length < 2 && child.exitCode === null) await new Promise((later) => setTimeout(later, 50));
    const ports: number[] = told().flatMap((text) => JSON.parse(text).ports);
    const connect = (from: string, host: string, port: number) => {
      const text = `require('net').connect(${port}, '${host}').on('connect', () => { console.log('let in'); process.exit(); }).on('error', (e) => console.log(e.code))`;
      return spawnSync('ip', ['netns', 'exec', from, process.execPath, '-e', text], { encoding: 'utf8' }).stdout.trim();
    };
    const seen = ports.map((port) => [connect(beside, '10.66.0.1', port), connect(elsewhere, '10.66.1.1', port)]);
    writeFileSync(until, '');
    await ended;
    expect(ports.length).toBeGreaterThanOrEqual(2);
    expect(seen).toEqual(ports.map(() => ['let in', 'ECONNREFUSED']));
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
