import { expect, it } from 'vitest';
import type { RunSpec } from '../runs/run-spec.ts';
import { sweepProgress } from './sweep-progress.ts';

it('counts what is done, and takes the time left from the costs that are left', () => {
  const spec = (seed: number): RunSpec => ({
    ...{ recipe: 'r', arm: 'a', row: 'a', size: 'tiny', settings: {}, data: 'poems' },
    seed,
  });
  // 100 s, 50 s and 50 s of cost; the first is done after 60 s on two machines or so: 100 left at 100 in 60 s.
  let now = 0;
  const cost = ({ seed }: RunSpec) => (seed === 1 ? 100 : 50);
  const progress = sweepProgress({ finished: 2, open: [spec(1), spec(2), spec(3)], cost }, () => now);
  now = 60;
  expect(progress.done(spec(1))).toBe('[3/5] 1.0 runs a minute, 60 s left');
  now = 120;
  expect(progress.done(spec(2))).toBe('[4/5] 1.0 runs a minute, 40 s left');
  progress.gone(spec(3));
  expect(progress.done(spec(3))).toMatch(/^\[5\/5\] 1\.5 runs a minute$/);
});
