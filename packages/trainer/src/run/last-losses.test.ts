import { expect, it } from 'vitest';
import { lastLosses } from './last-losses.ts';
import { runTraining } from './run-training.ts';

const meanOf = async (maxSteps: number, lossAt: (step: number) => number) => {
  const last = lastLosses(maxSteps);
  await runTraining({
    maxSteps,
    batchOf: (step) => step,
    step: async (step) => ({ loss: lossAt(step), updated: Number.isFinite(lossAt(step)) }),
    tokensOf: () => 1,
    nonFinite: 'skip',
    callbacks: [last.callback],
  });
  return last.mean();
};

it('is the mean of the last tenth, at least of the last step', async () => {
  expect(await meanOf(40, (step) => step)).toBe((37 + 38 + 39 + 40) / 4);
  expect(await meanOf(4, (step) => step)).toBe(4);
  expect(await meanOf(26, (step) => step)).toBe((24 + 25 + 26) / 3);
});

it('leaves out what was withheld; of nothing it is no number', async () => {
  expect(await meanOf(40, (step) => (step === 39 ? Number.NaN : step))).toBe((37 + 38 + 40) / 3);
  expect(lastLosses(10).mean()).toBeNaN();
  expect(() => lastLosses(0)).toThrow('maxSteps must be a whole number from 1');
});
