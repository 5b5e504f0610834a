import { expect, it } from 'vitest';
import { resultOf, speedrunRows, speedrunTable } from './speedrun-table.ts';

const points = (...losses: number[]) => losses.map((loss, i) => ({ step: 50 * (i + 1), seconds: 60 * (i + 1), loss }));

it('tells when each seed first reached the target, in the mean, and as a share of the others with the same seed', () => {
  const results = [
    resultOf('run_mlm', 1, points(6, 5, 4.5, 4), 4),
    resultOf('run_mlm', 2, points(6, 5, 4.5, 4.2, 4.1, 4), 4),
    resultOf('loop', 1, points(5, 4), 4),
    resultOf('loop', 2, points(5, 3.9), 4),
    resultOf('cloze', 1, points(4), 4),
    resultOf('cloze', 2, points(5, 4.5, 4.4), 4),
  ];
  expect(results.map(({ reached }) => reached)).toEqual([240, 360, 120, 120, 60, null]);
  const names = ['run_mlm', 'loop', 'cloze', 'absent'].map((name) => ({ name, about: name }));
  const [mlm, loop, cloze, ...none] = speedrunRows(names, results);
  expect(none).toEqual([]);
  expect(mlm).toMatchObject({ minutes: [5, 4, 6], steps: 250, ofRunMlm: { share: 1, isAtMost: false } });
  const half = { share: (0.5 + 1 / 3) / 2, isAtMost: false };
  expect(loop).toMatchObject({ minutes: [2, 2, 2], ofRunMlm: half, ofAbove: half, ofLoop: { share: 1 } });
  expect(cloze).toMatchObject({ reachedBy: 1, lastLoss: 4.2 });
  expect(cloze?.ofLoop).toBeUndefined();
  expect(
    speedrunTable(
      [mlm, cloze].flatMap((row) => row ?? []),
      4,
    ),
  ).toContain('not reached by 1 of 2');
});
