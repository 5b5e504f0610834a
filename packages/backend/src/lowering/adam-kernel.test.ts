import { expect, it } from 'vitest';
import { adamJob } from './adam-kernel.ts';
import { kernelModules } from './kernel-modules.ts';
import { type KernelJob, kernelWork } from './kernel-work.ts';

const run = kernelWork(kernelModules());
const work = (job: KernelJob) => run([job], new Int32Array(3), 0);
const factors = { meanShare: 0.1, varianceShare: 0.001, kept: 0.999, scale: 0.03, epsilon: 1e-6 };

/** Leaves of a length, no two numbers alike, each within a larger array whose other numbers must stay. */
function leavesOf(length: number) {
  const within = (of: (i: number) => number) => {
    const whole = new Float32Array(length + 2).fill(7);
    const values = whole.subarray(1, length + 1);
    for (let i = 0; i < length; i++) values[i] = of(i);
    return { whole, values };
  };
  return {
    parameter: within((i) => Math.sin(i) + 2),
    mean: within((i) => Math.cos(i) / 10),
    variance: within((i) => Math.sin(3 * i) ** 2 / 100),
    gradient: within((i) => Math.cos(5 * i)),
  };
}

it.each([1, 3, 4, 4095, 4096, 4097, 10_001])(
  'equals the formula in doubles for %d numbers, and touches no others',
  (length) => {
    const { parameter, mean, variance, gradient } = leavesOf(length);
    const [p0, m0, v0] = [parameter.values.slice(), mean.values.slice(), variance.values.slice()];
    const g = gradient.values.slice();
    const leaves = {
      parameter: parameter.values,
      mean: mean.values,
      variance: variance.values,
      gradient: gradient.values,
    };
    work(adamJob(leaves, factors));
    /** The largest error, of the sizes of what is added up. */
    let worst = 0;
    const compare = (found: number | undefined, ...parts: readonly number[]) => {
      const [exact, size] = [parts.reduce((a, b) => a + b), parts.reduce((a, b) => a + Math.abs(b), 0)];
      worst = Math.max(worst, Math.abs((found as number) - exact) / size);
    };
    for (const [i, gi] of g.entries()) {
      const m = (m0[i] as number) + (gi - (m0[i] as number)) * factors.meanShare;
      const v = (v0[i] as number) + (gi * gi - (v0[i] as number)) * factors.varianceShare;
      compare(mean.values[i], m0[i] as number, m - (m0[i] as number));
      compare(variance.values[i], v0[i] as number, v - (v0[i] as number));
      compare(
        parameter.values[i],
        (p0[i] as number) * factors.kept,
        -(m * factors.scale) / (Math.sqrt(v) + factors.epsilon),
      );
    }
    expect(worst).toBeLessThan(1e-6);
    expect(gradient.values).toEqual(g);
    for (const { whole } of [parameter, mean, variance, gradient]) expect([whole[0], whole.at(-1)]).toEqual([7, 7]);
  },
);

it('a gradient that is no number makes its own number none, and no other', () => {
  const { parameter, mean, variance, gradient } = leavesOf(9);
  gradient.values[4] = Number.NaN;
  const leaves = {
    ...{ parameter: parameter.values, mean: mean.values },
    ...{ variance: variance.values, gradient: gradient.values },
  };
  work(adamJob(leaves, factors));
  expect([...parameter.values].map(Number.isNaN)).toEqual(Array.from({ length: 9 }, (_, i) => i === 4));
});
