import { expect, it } from 'vitest';
import { lossesApart, trainOnBoth } from './train-on-both.ts';

const work = { layers: 1, width: 64, batch: 2, length: 8 };

it('trains the same steps twice, and says how far apart their losses are', async () => {
  const found = await trainOnBoth('reference', work, 3);
  expect(found).toMatchObject({ engine: 'reference', work: '(1,64,2x8)' });
  expect(found.losses).toHaveLength(3);
  expect(new Set(found.losses).size).toBe(3);
  expect(found.apart).toBeLessThan(1e-5);
  expect(found.apart).toBe(lossesApart(found.losses, found.lossesOnProcessor));
  expect(Number.isFinite(found.step) && Number.isFinite(found.stepOnProcessor)).toBe(true);
}, 60_000);

it('says why a device is not there', async () => {
  await expect(trainOnBoth('onnx:cuda', work, 2)).rejects.toThrow(/cuda/);
});

it('a difference is a share of what was expected, the largest of all steps; what is no number is as far as can be', () => {
  expect(lossesApart([9, 8.5, 8], [9, 8, 8])).toBeCloseTo(0.0625, 12);
  expect(lossesApart([9, Number.NaN], [9, 8])).toBe(Number.POSITIVE_INFINITY);
  expect(lossesApart([9, 8], [9, 8])).toBe(0);
});
