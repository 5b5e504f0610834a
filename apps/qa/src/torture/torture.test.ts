import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { streamFrom } from '@cloze/random';
import { describe, expect, it } from 'vitest';
import { makeTask } from './task.ts';
import { torture } from './torture.ts';

describe('torture', () => {
  it('four kills of a run of 12 steps, at least one inside a save, end bit-equal', { timeout: 300_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cloze-torture-test-'));
    const result = await torture({
      task: makeTask({ engine: 'reference', seed: 1, steps: 12 }),
      folder,
      kills: 4,
      random: streamFrom(1),
      program: ['--import', 'tsx', '--conditions=@cloze/source', fileURLToPath(new URL('../cli.ts', import.meta.url))],
      watch: () => {},
    });
    rmSync(folder, { recursive: true });
    expect(result.problems).toEqual([]);
    expect(result.kills).toBe(4);
    expect(result.killsInsideSave).toBeGreaterThanOrEqual(1);
    expect(result.runs).toBeGreaterThanOrEqual(1);
    expect(result.bitEqualRuns).toBe(result.runs);
    expect(result.lossesCompared).toBeGreaterThan(12);
    expect(result.lossesDiffering).toBe(0);
  });
});
