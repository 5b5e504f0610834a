import { describe, expect, it } from 'vitest';
import { extremes, near, run, subnormal, vector, ways } from '../../test/extremes.ts';
import {
  adamStep,
  cast,
  compile,
  concat,
  constant,
  createVariables,
  evaluate,
  floats,
  greaterEqual,
  ints,
  matmul,
  randomNormal,
  randomUniform,
  reshape,
  rootKey,
  type Tensor,
} from '../index.ts';
import { philoxUniform } from '../lowering/philox.ts';
import { philoxNormal } from '../lowering/philox-normal.ts';

/** Numbers of which no engine may make zero. */
const usual = extremes.filter((x) => !subnormal(x));
const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.01 };
const scalars = { rate: 0.1, beta1Power: 0.9, beta2Power: 0.999 };

/** One first step of AdamW on parameters of 1, in doubles: parameter, mean, variance. */
function stepped(g: number): readonly [number, number, number] {
  const mean = g * (1 - Math.fround(options.beta1));
  const variance = g * g * (1 - Math.fround(options.beta2));
  const root = Math.sqrt(1 - Math.fround(scalars.beta2Power));
  const scale = (scalars.rate * root) / (1 - Math.fround(scalars.beta1Power));
  const kept = 1 - scalars.rate * options.decay;
  return [kept - (mean * scale) / (Math.sqrt(variance) + root * options.epsilon), mean, variance];
}

describe.each(ways)('extremes of products, steps and draws on %s', (_name, engine, placement) => {
  it('products of matrices pass on zeros, infinities and NaN, and nothing else', async () => {
    const pairs = usual.flatMap((a) => usual.map((b) => [a, b] as const));
    const fed = { a: floats([usual.length, 1], vector(usual).values as Float32Array) };
    const products = {
      'a bᵀ': (a: Tensor) => matmul(a, a, { transposeB: true }),
      'aᵀ bᵀ': (a: Tensor) => matmul(reshape(a, [1, -1]), a, { transposeA: true, transposeB: true }),
      'a b': (a: Tensor) => matmul(a, reshape(a, [1, -1])),
      'a b of a batch': (a: Tensor) => matmul(reshape(a, [1, -1, 1]), reshape(a, [1, 1, -1])),
      'a bᵀ of a batch': (a: Tensor) => matmul(reshape(a, [1, -1, 1]), reshape(a, [1, -1, 1]), { transposeB: true }),
    };
    const wrong: string[] = [];
    for (const [what, of] of Object.entries(products)) {
      const found = await run(engine, placement, ({ a }) => of(a as Tensor), fed);
      for (const [i, [a, b]] of pairs.entries())
        if (!near(found[i] as number, a * b)) wrong.push(`${what}: ${a} · ${b} = ${found[i]}`);
    }
    // A row of several: what is not finite stays in its own row and column, whatever kernels fill their blocks up with.
    const size = 19;
    const sick = Float32Array.from({ length: size * size }, (_, i) => (i === 3 * size + 5 ? Infinity : 1));
    const whole = await run(engine, placement, ({ x, y }) => matmul(x as Tensor, y as Tensor), {
      x: floats([size, size], sick),
      y: floats([size, size], new Float32Array(size * size).fill(2)),
    });
    for (const [i, value] of whole.entries())
      if (value !== (Math.floor(i / size) === 3 ? Infinity : 2 * size)) wrong.push(`[${i}] = ${value}`);
    expect(wrong).toEqual([]);
  });

  it('a first step of AdamW', async () => {
    const found = await adamOf(usual);
    const wrong = usual.flatMap((g, i) => {
      // The square of a gradient may overflow or vanish in float32: a step of any size is right then, and a NaN is not.
      const square = Math.fround(g * g);
      const within = Number.isFinite(square) ? !subnormal(square) && (square !== 0 || g === 0) : !Number.isFinite(g);
      return stepped(g).flatMap((exact, part) => {
        const value = found[part]?.[i] as number;
        if (within ? near(value, exact) || (part === 0 && Math.abs(value - exact) < 1e-6) : !Number.isNaN(value))
          return [];
        return [`part ${part} of ${g} = ${value}, not ${exact}`];
      });
    });
    expect(wrong).toEqual([]);
  });

  /** Parameters, means and variances after a step on gradients, from 1, 0 and 0. */
  async function adamOf(gradients: readonly number[]): Promise<readonly ArrayLike<number>[]> {
    const leaf = (value: number) => vector(gradients.map(() => value));
    const given = (value: number) => constant([value], []);
    const step = (state: Record<'p' | 'm' | 'v', Tensor>, gradient: Tensor) =>
      adamStep(
        {
          ...{ parameter: state.p, mean: state.m, variance: state.v, gradient, rate: given(scalars.rate) },
          ...{ beta1Power: given(scalars.beta1Power), beta2Power: given(scalars.beta2Power) },
        },
        options,
      );
    const start = { p: leaf(1), m: leaf(0), v: leaf(0) };
    if (placement === 'eager') {
      const made = (value: number) =>
        constant(
          gradients.map(() => value),
          [gradients.length],
        );
      const next = step({ p: made(1), m: made(0), v: made(0) }, constant(gradients, [gradients.length]));
      const { p, m, v } = evaluate(engine, { p: next.parameter, m: next.mean, v: next.variance });
      return [p.values, m.values, v.values];
    }
    const variables = createVariables(engine, start, placement);
    try {
      await compile(variables, (state, { gradient }: { gradient: Tensor }) => {
        const { parameter, mean, variance } = step(state, gradient);
        return { outputs: {}, state: { p: parameter, m: mean, v: variance } };
      })({ gradient: vector(gradients) });
      const { p, m, v } = variables.read();
      return [p.values, m.values, v.values];
    } finally {
      variables.dispose();
    }
  }

  it.each([
    [0, 0, 0],
    [-1, -1, 0],
    [2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 3],
    [5, 7, 123_456_789],
  ])('numbers of seed %d, step %d and first row %d, and who reaches 0, 1 and a half', async (...seedWords) => {
    const words = ints([3], Int32Array.from(seedWords));
    const thresholds = [0, 0.5, 1];
    for (const [rows, width] of [
      [3, 1],
      [2, 5],
      [0, 4],
    ] as const) {
      const found = await run(
        engine,
        placement,
        (fed) => {
          const key = rootKey(fed.words as Tensor);
          const reached = (threshold: number) =>
            cast(greaterEqual(randomUniform(key, [rows, width]), threshold), 'float32');
          const drawn = [randomUniform(key, [rows, width]), randomNormal(key, [rows, width])];
          return concat([...drawn, ...thresholds.map(reached)], 0);
        },
        { words },
      );
      const [uniform, normal] = [philoxUniform, philoxNormal].map((of) => [...of(seedWords, 0, rows, width)]);
      const size = rows * width;
      expect(found.slice(0, size)).toEqual(uniform);
      for (const [i, x] of (normal as number[]).entries())
        expect(Math.abs((found[size + i] as number) - x)).toBeLessThan(1e-5);
      expect(found.slice(2 * size)).toEqual(
        thresholds.flatMap((threshold) => (uniform as number[]).map((x) => Number(x >= threshold))),
      );
    }
  });
});
