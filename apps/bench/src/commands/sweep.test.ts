import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { memoryLimit } from '../sweeps/sweep-here.ts';

const out = mkdtempSync(join(tmpdir(), 'cloze-sweep-here-'));
afterAll(() => rmSync(out, { recursive: true }));

/** The bench as a user starts it, from its sources. */
function bench(...words: string[]) {
  const cli = join(import.meta.dirname, '..', 'cli.ts');
  const node = ['--import', 'tsx', '--conditions=@cloze/source', cli];
  return spawnSync(process.execPath, [...node, ...words], { encoding: 'utf8', timeout: 100_000 });
}

describe('bench sweep without a queue, as a command', () => {
  const asked = ['sweep', 'drop-token', '--size', 'tiny', '--seeds', '1', '--arm', 'tnews.drop-0.50', '--out', out];
  const varied = [...asked, '--set', 'tune.train.steps=2,3', '--jobs', '1', '--json'];

  it.skipIf(process.platform !== 'linux')(
    'a run that holds more than it may is ended, with both figures; the next is begun',
    () => {
      const { status, stdout, stderr } = bench(...varied, '--memory', '20');
      const told = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(status).toBe(1);
      expect(told.map(({ kind }) => kind)).toEqual(['failed', 'failed']);
      expect(told[0].reason).toMatch(/^it held \d+ MiB, more than the 20 MiB of --memory$/);
      expect(stderr).toContain('2 runs failed');
    },
    120_000,
  );

  it('does all that is open, and says how far it is', () => {
    const { status, stderr } = bench(...varied);
    expect([status, stderr]).toEqual([
      0,
      expect.stringMatching(/\[2\/2\] [\d.]+ runs a minute · drop-token@tune\.train\.steps=3\//),
    ]);
    const again = bench(...varied, '--dry-run');
    expect([again.status, again.stdout, again.stderr]).toEqual([
      0,
      '',
      expect.stringContaining('2 runs, 2 done, 0 to do'),
    ]);
  }, 120_000);

  it('refuses what goes with a queue, or without one', () => {
    const { status, stderr } = bench(...asked, '--heartbeat', '9');
    expect([status, stderr]).toEqual([2, 'bench: --heartbeat goes with --queue.\n']);
  }, 60_000);

  it('refuses a limit that so many runs could not keep', () => {
    const all = Math.floor(totalmem() / 2 ** 20);
    expect(() => memoryLimit(all, 2)).toThrow(
      `--memory ${all}: 2 runs side by side may hold ${2 * all} MiB, this machine has ${all}`,
    );
    expect(memoryLimit(undefined, 9)).toBeUndefined();
    if (process.platform === 'linux') expect(memoryLimit(7, 1)).toBe(7 * 2 ** 20);
  });
});
