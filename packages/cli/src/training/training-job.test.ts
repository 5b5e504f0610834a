import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));
const node = [process.execPath, '--import', 'tsx', '--conditions=@cloze/source', cli];
const withMpi = !spawnSync('mpirun', ['--version']).error;
const folder = mkdtempSync(join(tmpdir(), 'cloze-job-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const corpus = join(folder, 'corpus.txt');
const words = ['春眠不觉晓', '处处闻啼鸟', '夜来风雨声', '花落知多少', '床前明月光', '疑是地上霜'];
writeFileSync(
  corpus,
  Array.from({ length: 400 }, (_, i) => [i, i * 7, i * 13, i * 29].map((n) => words[n % 6]).join('')).join('\n'),
);

/** A line of `cloze pretrain` for a small encoder. */
const pretrain = (name: string, more: readonly string[] = []) => [
  ...node,
  'pretrain',
  ...(more[0]?.endsWith('.txt') ? [more[0]] : [corpus]),
  ...['--output', join(folder, name), '--max-steps', '12', '--layers', '1', '--width', '64'],
  ...['--length', '16', '--batch-size', '16', '--threads', '1', '--dropout', '0.1', '--optimiser', 'sgd'],
  ...['--learning-rate', '0.1', '--held-out-rows', '0', '--json'],
  ...(more[0]?.endsWith('.txt') ? more.slice(1) : more),
];
const asRoot = { OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' };
/** mpirun with a program for each part: as many ranks, or lines that differ by rank. */
const job = (...parts: readonly (readonly [ranks: number, line: readonly string[]])[]) => [
  '--oversubscribe',
  ...parts.flatMap(([ranks, line], i) => [...(i > 0 ? [':'] : []), '-np', `${ranks}`, ...line]),
];

/** Runs a program to its end. @param onLine sees its errors as they come */
function run(command: string, args: readonly string[], onErrors: (text: string) => void = () => {}) {
  const child = spawn(command, args, { env: { ...process.env, ...asRoot, OMPI_COMM_WORLD_SIZE: undefined } });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.on('data', (text) => out.push(String(text)));
  child.stderr.on('data', (text) => {
    err.push(String(text));
    onErrors(err.join(''));
  });
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, out: out.join(''), err: err.join('') })),
  );
}

const checkpoints = (name: string) =>
  readdirSync(join(folder, name, 'checkpoints')).filter((file) => /-\d+$/.test(file));
const parametersOf = (name: string) => {
  const bytes = readFileSync(join(folder, name, 'checkpoints', 'checkpoint-12', 'parameters.safetensors'));
  const header = Number(bytes.readBigUInt64LE(0));
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset + 8 + header, bytes.byteOffset + bytes.length));
};

describe.skipIf(!withMpi)('cloze pretrain under mpirun', { timeout: 120_000 }, () => {
  it('two replicas learn what one does, to 1e-6, and rank 0 alone prints and keeps', async () => {
    const [command = '', ...args] = pretrain('alone');
    const alone = await run(command, args);
    const two = await run('mpirun', job([2, pretrain('two')]));
    expect([alone.code, two.code]).toEqual([0, 0]);
    const [one, both] = [alone.out, two.out].map((text) => JSON.parse(text) as { lastLoss: number; replicas?: number });
    expect(both?.replicas).toBe(2);
    expect(both?.lastLoss).toBeCloseTo(one?.lastLoss as number, 6);
    const [a, b] = [parametersOf('alone'), parametersOf('two')];
    expect(b.reduce((most, value, i) => Math.max(most, Math.abs(value - (a[i] as number))), 0)).toBeLessThan(1e-6);
    expect(existsSync(join(folder, 'two', 'replica-1', 'checkpoints'))).toBe(false);
    // Finished by two, gone on with by one: nothing is left to do, and nothing is refused.
    const again = await run(command, pretrain('two').slice(1));
    expect([again.code, JSON.parse(again.out).steps]).toEqual([0, 12]);
  });

  it('another corpus on one of them is refused before the first step, naming host and value', async () => {
    const other = join(folder, 'other.txt');
    writeFileSync(other, readFileSync(corpus, 'utf8').replace('春眠', '春花'));
    const { code, err } = await run('mpirun', job([1, pretrain('apart')], [1, pretrain('apart', [other])]));
    expect(code).toBe(1);
    expect(err).toMatch(/replicas do not train the same: .*corpus is .* \(rank 0\), .* \(rank 1\)/);
    expect(checkpoints('apart')).toEqual([]);
  });

  it('a stopped replica is noticed by the deadline, in one sentence', async () => {
    let stopped = false;
    const { code, err } = await run(
      'mpirun',
      job([2, pretrain('stopped', ['--max-steps', '100000', '--deadline', '4'])]),
      (text) => {
        if (stopped || !/ 1\/100000/.test(text)) return;
        stopped = true;
        const pid = Number(
          spawnSync('pgrep', ['-f', `${join(folder, 'stopped')} .*`])
            .stdout.toString()
            .trim()
            .split('\n')
            .at(-1),
        );
        process.kill(pid, 'SIGSTOP');
      },
    );
    expect(stopped).toBe(true);
    expect(code).not.toBe(0);
    expect(err).toContain('waited 4 s for a sum of');
    expect(checkpoints('stopped')).toEqual(['checkpoint-0']);
  });
});

describe('without mpirun', () => {
  it('a process that says it is in a job without the library is told how to get it', async () => {
    if (withMpi) return;
    const [command = '', ...args] = pretrain('none');
    const child = spawnSync(command, args, { env: { ...process.env, OMPI_COMM_WORLD_SIZE: '2' }, encoding: 'utf8' });
    expect(child.status).toBe(1);
    expect(child.stderr).toContain('apt-get install openmpi-bin');
  });
});
