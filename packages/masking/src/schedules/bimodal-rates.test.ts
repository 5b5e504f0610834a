import { expect, it } from 'vitest';
import { batchOf, maskId } from '../contract/hard-batch.ts';
import { stream } from '../contract/stream.ts';
import { bimodalRates, maskByDiffusion } from '../index.ts';

it('draws by its density, which integrates to 1: shares of 25 parts, n = 40,000, 4.5 standard errors', () => {
  // Wide laws, of which much is cut off.
  const law = bimodalRates({ low: 0.1, lowDeviation: 0.1, high: 0.8, highDeviation: 0.2, share: 0.3 });
  const [parts, draws] = [25, 40_000];
  const found = new Float64Array(parts);
  const random = stream(7);
  for (let i = 0; i < draws; i++) {
    const part = Math.floor(law.draw(random) * parts);
    found[part] = (found[part] as number) + 1 / draws;
  }
  let whole = 0;
  for (let part = 0; part < parts; part++) {
    // Simpson's rule over a part.
    let share = 0;
    for (let i = 0; i <= 20; i++)
      share += (i === 0 || i === 20 ? 1 : i % 2 ? 4 : 2) * law.density((part + i / 20) / parts);
    share /= 3 * 20 * parts;
    whole += share;
    expect(Math.abs((found[part] as number) - share)).toBeLessThan(4.5 * Math.sqrt((share * (1 - share)) / draws));
  }
  expect(whole).toBeCloseTo(1, 6);
});

it('weighs rates that are drawn often less, so that the loss is in the mean that of uniform rates: 4.5 standard errors', () => {
  const batch = batchOf([{ words: new Array(6).fill(1) }], 8);
  const loss = (seen: number) => 1 + seen ** 2;
  const rates = bimodalRates({ lowDeviation: 0.3, high: 0.7, highDeviation: 0.3 });
  const estimate = (law: object) => {
    const draws = 60_000;
    let [sum, squares] = [0, 0];
    const random = stream(11);
    for (let i = 0; i < draws; i++) {
      const { weights, divisors } = maskByDiffusion(batch, { maskId, randomOf: () => random, leastRate: 0.01, ...law });
      const asked = weights.filter((weight) => weight > 0);
      const value = (asked.reduce((a, b) => a + b, 0) * loss(6 - asked.length)) / (divisors?.[0] as number);
      sum += value;
      squares += value * value;
    }
    const mean = sum / draws;
    return { mean, error: Math.sqrt((squares / draws - mean * mean) / draws) };
  };
  // Each number of seen tokens from 0 to 5 is equally likely when one is asked in a random order.
  const exact = [0, 1, 2, 3, 4, 5].reduce((total, seen) => total + loss(seen), 0) / 6;
  for (const law of [{}, { rates }]) {
    const { mean, error } = estimate(law);
    expect(Math.abs(mean - exact)).toBeLessThan(4.5 * error + 0.02 * exact);
    expect(error).toBeLessThan(0.01 * exact);
  }
  // Softened it is another loss.
  expect(Math.abs(estimate({ rates, softening: 0 }).mean - exact)).toBeGreaterThan(0.05 * exact);
  expect(() => bimodalRates({ low: 0, share: 2 })).toThrow(/low must be.*share must be/);
});
