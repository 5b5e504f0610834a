import { expect, it } from 'vitest';
import { captum, network } from '../../test/small-network.ts';
import { integratedGradients } from './integrated-gradients.ts';
import type { PathRuleName } from './path-rule.ts';

const asked = { input: captum.x, width: captum.width, gradient: network, baseline: captum.baseline };
// Captum keeps its weights in float32.
const near = (got: Float64Array, expected: readonly number[], scale = 1) => {
  for (const [i, value] of expected.entries()) expect(Math.abs((got[i] as number) * scale - value)).toBeLessThan(2e-7);
};

it.each(['left', 'right', 'midpoint', 'gauss-legendre', 'trapezoid'] as PathRuleName[])(
  'equals Captum: %s',
  async (rule) => {
    const { dimensions } = await integratedGradients({ ...asked, rule, steps: 12 });
    // Captum 0.9's trapezoid weighs n points by 1/n and halves the ends: its weights sum to 11/12, ours to 1.
    near(dimensions, captum.integrated[rule] as number[], rule === 'trapezoid' ? 11 / 12 : 1);
  },
);

it('starts from zeros unless told otherwise', async () => {
  const { baseline: _, ...plain } = asked;
  near((await integratedGradients({ ...plain, steps: 12 })).dimensions, captum.zeros);
});

it('is complete: tokens sum to F(x) − F(baseline), ever closer with more steps; the article’s rule stays off', async () => {
  const gaps = [];
  for (const steps of [2, 5, 10, 20]) {
    const found = await integratedGradients({ ...asked, steps });
    expect(found.value).toBeCloseTo(captum.value, 12);
    expect(found.baselineValue).toBeCloseTo(captum.baselineValue, 12);
    const sum = found.tokens.reduce((a, b) => a + b, 0);
    expect(found.gap).toBeCloseTo(sum - (captum.value - captum.baselineValue), 12);
    gaps.push(Math.abs(found.gap));
  }
  expect(gaps[3]).toBeLessThan(1e-8);
  expect(gaps[1]).toBeLessThan(gaps[0] as number);
  const cube = (steps: number, rule: PathRuleName) =>
    integratedGradients({
      input: [1],
      width: 1,
      steps,
      rule,
      gradient: async (points) =>
        points.map(([x]) => ({ value: (x as number) ** 3, gradient: [3 * (x as number) ** 2] })),
    });
  expect((await cube(20, 'both-ends')).gap).toBeCloseTo(0.02631578947, 10);
  expect((await cube(2, 'gauss-legendre')).gap).toBeCloseTo(0, 12);
});

it('a token that the model ignores gets nothing, and two that it treats alike get the same', async () => {
  const { tokens } = await integratedGradients({
    input: [2, 2, 7],
    width: 1,
    gradient: async (points) =>
      points.map(([a, b]) => ({ value: (a as number) * (b as number), gradient: [b as number, a as number, 0] })),
  });
  expect([...tokens]).toEqual([expect.closeTo(2, 12), expect.closeTo(2, 12), 0]);
});

it('asks in batches, and says what does not fit', async () => {
  const sizes: number[] = [];
  const counted = {
    ...asked,
    gradient: (points: readonly Float64Array[]) => (sizes.push(points.length), network(points)),
  };
  await integratedGradients({ ...counted, steps: 9, batch: 4 });
  expect(sizes).toEqual([4, 4, 3]);
  await expect(integratedGradients({ ...asked, baseline: [1] })).rejects.toThrow('baseline has 1 numbers, input 12');
  await expect(integratedGradients({ ...asked, width: 5 })).rejects.toThrow('got 12 numbers and width 5');
  const short = async () => [{ value: 0, gradient: [1] }];
  await expect(integratedGradients({ ...asked, gradient: short, batch: 1 })).rejects.toThrow(
    'has 1 numbers, the input 12',
  );
  await expect(integratedGradients({ ...asked, gradient: short })).rejects.toThrow('got 8 points and answered 1');
});
