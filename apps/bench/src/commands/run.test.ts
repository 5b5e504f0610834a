import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const out = mkdtempSync(join(tmpdir(), 'cloze-run-'));
afterAll(() => rmSync(out, { recursive: true }));

/** The bench as a user starts it, from its sources. */
function bench(...words: string[]) {
  const cli = join(import.meta.dirname, '..', 'cli.ts');
  const node = ['--import', 'tsx', '--conditions=@cloze/source', cli];
  return spawnSync(process.execPath, [...node, ...words], { encoding: 'utf8', timeout: 100_000 });
}

describe('bench run, as a command', () => {
  const asked = ['run', 'drop-token', '--size', 'tiny', '--seeds', '1', '--arm', 'tnews.drop-0.50', '--out', out];

  it('runs in a process of its own, leaves a record, and has nothing left to do the second time', () => {
    const { status, stdout, stderr } = bench(...asked, '--json');
    expect([status, stderr]).toEqual([0, expect.stringContaining('[1/1] tnews.drop-0.50-1 finished')]);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'finished' });
    expect(existsSync(join(out, 'drop-token', 'tnews.drop-0.50-1', 'manifest.json'))).toBe(true);
    const again = bench(...asked);
    expect([again.status, again.stderr]).toEqual([0, expect.stringContaining('1 runs, 1 done')]);
    expect(bench('verify', out).stdout).toContain('sound');
  }, 120_000);

  it('wrong names and settings are usage errors with what was meant', () => {
    const wrong = bench('run', 'drop-tokens', '--size', 'tiny');
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining("did you mean 'drop-token'?")]);
    const many = bench('run', 'drop-token', '--size', 'tiny', '--seeds', '1e9');
    expect([many.status, many.stderr]).toEqual([2, expect.stringContaining('expected a whole number from 1 to 10000')]);
    const cooldown = bench('run', 'pretrain', '--size', 'tiny', '--set', 'cooldown={"from":9,"to":3}');
    expect([cooldown.status, cooldown.stderr]).toEqual([2, expect.stringContaining('from must be below to')]);
    const setting = bench('run', 'drop-token', '--size', 'tiny', '--set', 'tune.train.step=4');
    expect([setting.status, setting.stderr]).toEqual([2, expect.stringContaining("did you mean 'tune.train.steps'?")]);
  }, 120_000);
});
