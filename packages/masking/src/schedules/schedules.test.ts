import { describe, expect, it } from 'vitest';
import { hardBatch } from '../contract/hard-batch.ts';
import { stream } from '../contract/stream.ts';
import { constantRate, cosineRate, linearRate, splitMaskable, uniformRate } from '../index.ts';

const none = { next: () => 0 };

describe('rate schedules', () => {
  it('constant, linear and cosine at their ends, in the middle and after', () => {
    const steps = [1, 6, 11, 50];
    expect(steps.map((step) => constantRate(0.15)(step, none))).toEqual([0.15, 0.15, 0.15, 0.15]);
    const course = { from: 0.5, to: 0.1, steps: 11 };
    for (const [i, rate] of [0.5, 0.3, 0.1, 0.1].entries()) {
      expect(linearRate(course)(steps[i] as number, none)).toBeCloseTo(rate, 12);
      expect(cosineRate(course)(steps[i] as number, none)).toBeCloseTo(rate, 12);
    }
    // A quarter of the way: half a cosine has fallen by (1 − cos 45°)/2 = 14.6 %, the line by 25 %.
    expect(cosineRate({ from: 1, to: 0, steps: 5 })(2, none)).toBeCloseTo((1 + Math.SQRT1_2) / 2, 12);
    expect(linearRate({ from: 1, to: 0, steps: 5 })(2, none)).toBeCloseTo(0.75, 12);
  });
  it('uniform: mean 0.6 and standard deviation 0.4/√12 over 4,000 steps, within 4.5 standard errors', () => {
    const random = stream(3);
    const rates = Array.from({ length: 4000 }, (_, step) => uniformRate({ low: 0.4, high: 0.8 })(step, random));
    const mean = rates.reduce((a, b) => a + b) / 4000;
    expect(Math.abs(mean - 0.6)).toBeLessThan((4.5 * 0.4) / Math.sqrt(12 * 4000));
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(0.4);
    expect(Math.max(...rates)).toBeLessThan(0.8);
    expect(Math.min(...rates)).toBeLessThan(0.41);
    expect(Math.max(...rates)).toBeGreaterThan(0.79);
  });
  it('name every rate out of range', () => {
    expect(() => linearRate({ from: -1, to: 2, steps: 0 })).toThrow(
      'from must be in [0, 1], got -1; to must be in [0, 1], got 2; steps must be a positive integer, got 0',
    );
    expect(() => uniformRate({ low: 0.8, high: 0.4 })).toThrow('low must be at most high');
  });
});

describe('splitMaskable', () => {
  const batch = hardBatch();
  it('parts never overlap and are the whole; the share is exact in the mean', () => {
    let chosen = 0;
    let all = 0;
    for (let seed = 0; seed < 200; seed++) {
      const { training, evaluation } = splitMaskable(batch, { randomOf: (row) => stream(seed * 50 + row) });
      for (const [place, maskable] of batch.maskable.entries())
        expect((training.maskable[place] as number) + (evaluation.maskable[place] as number)).toBe(maskable);
      // The row of one token gives it to training, so it is left out of the count.
      for (const row of [0, 3, 4, 5])
        for (let place = row * batch.shape[1]; place < (row + 1) * batch.shape[1]; place++) {
          chosen += training.maskable[place] as number;
          all += batch.maskable[place] as number;
        }
    }
    expect(Math.abs(chosen / all - 0.15)).toBeLessThan(4.5 * Math.sqrt((0.15 * 0.85) / all));
  });
  it('the same streams give the same split', () => {
    const [a, b] = [1, 1].map((seed) => splitMaskable(batch, { randomOf: (row) => stream(seed + row) }));
    expect(a).toEqual(b);
  });
});
