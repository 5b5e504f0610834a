import { describe, expect, it } from 'vitest';
import { bestWeights } from './best-weights.ts';

describe('bestWeights', () => {
  it('keeps the best evaluation alone, of equal ones the first, and reads weights only then', () => {
    const best = bestWeights<string>(true);
    const read: number[] = [];
    for (const [step, value] of [
      [1, Number.NaN],
      [2, 0.5],
      [3, 0.4],
      [4, 0.5],
      [5, 0.6],
    ] as const)
      best.note(step, value, () => {
        read.push(step);
        return `of ${step}`;
      });
    expect(read).toEqual([2, 5]);
    expect([best.of(2), best.of(5)]).toEqual([undefined, 'of 5']);
  });

  it('takes the least where less is better', () => {
    const best = bestWeights<number>(false);
    for (const [step, value] of [3, 1, 2].entries()) best.note(step, value, () => value);
    expect([0, 1, 2].map(best.of)).toEqual([undefined, 1, undefined]);
  });
});
