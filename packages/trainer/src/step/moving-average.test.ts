import { evaluate, fill, referenceEngine } from '@cloze/backend';
import { expect, it } from 'vitest';
import { averageDecay, movingAverage } from './moving-average.ts';

it('movingAverage is the closed form over 20 steps', async () => {
  let average = 1;
  let held = fill([], 1);
  for (let t = 1; t <= 20; t++) {
    const [parameter, decay] = [Math.sin(t), averageDecay(t)];
    average = decay * average + (1 - decay) * parameter;
    held = movingAverage(held, fill([], parameter), fill([], decay));
  }
  const [found] = evaluate(referenceEngine(), held).values;
  expect(Math.abs((found as number) - average)).toBeLessThan(1e-6);
  expect([averageDecay(0), averageDecay(1e9), averageDecay(1e9, 0.9)]).toEqual([0.1, 0.999, 0.9]);
});
