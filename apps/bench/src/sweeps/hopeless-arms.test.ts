import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { streamFrom } from '@cloze/random';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../runs/run-record.ts';
import { armsKept, isHopeless, stoppedArms, whyStopped } from './hopeless-arms.ts';

const root = mkdtempSync(join(tmpdir(), 'cloze-hopeless-'));
afterAll(() => rmSync(root, { recursive: true }));

/** A record of a run that is right on a share of 400 examples, drawn by its seed. */
function record(rate: string, seed: number, share: number): RunRecord {
  const random = streamFrom(seed).fork(rate);
  const examples = Array.from({ length: 400 }, () => (random.next() < share ? 100 : 0));
  const value = examples.reduce((a: number, b) => a + b, 0) / examples.length;
  return {
    folder: join(root, 'drop-token', `tnews.drop-${rate}-${seed}`),
    spec: {
      ...{ recipe: 'drop-token', arm: `tnews.drop-${rate}`, row: `DropToken ${rate}`, size: 'tiny', data: 'poems' },
      ...{ seed, settings: {} },
    },
    // Nothing of it is looked at.
    manifest: {} as RunRecord['manifest'],
    scores: [{ set: 'tnews', metric: 'accuracy', value, n: 400, higherIsBetter: true, examples }],
    measures: {},
    steps: [],
  };
}
const seeds = [1, 2, 3, 4];
const baseline = seeds.map((seed) => record('0.00', seed, 0.6));

describe('isHopeless', () => {
  it('is an arm that is clearly worse than the baseline of the same seeds, not before enough of them', () => {
    const bad = seeds.map((seed) => record('0.50', seed, 0.3));
    const verdict = isHopeless([...baseline, ...bad], 'tnews.drop-0.50', 3);
    expect(verdict).toMatchObject({ seeds: 4, figures: [{ column: 'tnews' }] });
    expect(verdict?.figures[0]?.difference).toBeCloseTo(-30, -1);
    expect(isHopeless([...baseline, ...bad.slice(0, 2)], 'tnews.drop-0.50', 3)).toBeUndefined();
    expect(isHopeless([...baseline.slice(0, 2), ...bad], 'tnews.drop-0.50', 3)).toBeUndefined();
  });
  it('is never one that is better, about the same, or the baseline itself', () => {
    for (const share of [0.9, 0.58])
      expect(
        isHopeless([...baseline, ...seeds.map((seed) => record('0.10', seed, share))], 'tnews.drop-0.10', 3),
      ).toBeUndefined();
    const better = seeds.map((seed) => record('0.10', seed, 0.9));
    expect(isHopeless([...baseline, ...better], 'tnews.drop-0.00', 3)).toBeUndefined();
  });
});

describe('armsKept', () => {
  const runOf = (one: RunRecord) => ({ spec: one.spec, folder: one.folder });
  it('stops an arm once, keeps why on the disk, and the next command knows it', () => {
    const kept = armsKept(root, 3, baseline);
    const bad = seeds.map((seed) => record('0.50', seed, 0.3));
    expect(bad.map((one) => kept.recorded(runOf(one), one)?.arm)).toEqual([
      undefined,
      undefined,
      'tnews.drop-0.50',
      undefined,
    ]);
    expect(kept.isLeftOut(runOf(record('0.50', 9, 0)))).toBe(true);
    expect(kept.isLeftOut(runOf(record('0.10', 9, 0)))).toBe(false);
    const [told] = JSON.parse(readFileSync(join(root, 'stopped-arms.json'), 'utf8'));
    expect(told).toMatchObject({
      folder: 'drop-token',
      arm: 'tnews.drop-0.50',
      seeds: 3,
      figures: [{ column: 'tnews' }],
    });
    const [one] = stoppedArms(root);
    expect(one && whyStopped(one)).toMatch(
      /^its other seeds were left out after 3, for it was worse than the baseline: tnews -\d+\.\d{4} \[-\d+\.\d{4}, -\d+\.\d{4}\], p /,
    );
    expect(armsKept(root, 3, []).isLeftOut(runOf(record('0.50', 9, 0)))).toBe(true);
    expect(armsKept(root, undefined, []).isLeftOut(runOf(record('0.50', 9, 0)))).toBe(false);
  });
});
