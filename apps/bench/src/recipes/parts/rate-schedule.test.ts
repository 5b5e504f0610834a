import { expect, it } from 'vitest';
import { rateSchedule } from './train-parameters.ts';

const plan = { steps: 100, learningRate: 1, warmup: 0.1 };

it('rises, then falls to what would be 0 one step after the last', () => {
  const rate = rateSchedule(plan);
  expect([rate(5), rate(10), rate(100)]).toEqual([0.5, 1, expect.closeTo(1 / 91, 10)]);
});

it('a cooldown changes nothing up to its first step, and comes to 0 one step after its last', () => {
  const [plain, bent] = [rateSchedule(plan), rateSchedule({ ...plan, cooldown: { from: 40, to: 60 } })];
  for (let step = 1; step <= 40; step++) expect(bent(step)).toBe(plain(step));
  expect(bent(50)).toBeCloseTo((plain(40) * 11) / 21, 10);
  expect(bent(60)).toBeCloseTo(plain(40) / 21, 10);
  expect(bent(61)).toBe(0);
});

it('refuses a cooldown that ends before it begins', () => {
  for (const cooldown of [
    { from: 60, to: 40 },
    { from: 40, to: 40 },
    { from: Number.NaN, to: 40 },
  ])
    expect(() => rateSchedule({ ...plan, cooldown })).toThrow('from must be below to');
});
