import { expect, it } from 'vitest';
import { sweepProgress } from './sweep-progress.ts';

it('counts what is done, and takes the time left from the costs that are left', () => {
  // 100 s, 50 s and 50 s of cost; the first is done after 60 s on two machines or so: 100 left at 100 in 60 s.
  let seconds = 0;
  const cost = (run: number) => (run === 1 ? 100 : 50);
  const progress = sweepProgress({ finished: 2, open: [1, 2, 3], cost, now: () => seconds });
  seconds = 60;
  expect(progress.done(1)).toBe('[3/5] 1.0 runs a minute, 1 min 00 s left');
  seconds = 120;
  expect(progress.done(2)).toBe('[4/5] 1.0 runs a minute, 40 s left');
  progress.gone(3);
  expect(progress.done(3)).toMatch(/^\[5\/5\] 1\.5 runs a minute$/);
});
