import { describe, expect, it } from 'vitest';
import { extremes, near, run, subnormal, vector, ways } from '../../test/extremes.ts';
import {
  abs,
  add,
  argMax,
  BackendError,
  broadcastTo,
  cast,
  concat,
  constant,
  divide,
  equal,
  erf,
  exp,
  fill,
  floats,
  gatherRows,
  greater,
  ints,
  klFromLogits,
  less,
  log,
  logSoftmax,
  max,
  maximum,
  mean,
  minimum,
  multiply,
  negate,
  pad,
  reshape,
  rsqrt,
  segmentSum,
  sigmoid,
  sign,
  slice,
  softmax,
  softplus,
  sparseCrossEntropy,
  sqrt,
  square,
  subtract,
  sum,
  type Tensor,
  tanh,
  transpose,
  visibleSoftmax,
  where,
} from '../index.ts';

/** Each primitive with one operand, as doubles have it. */
const unary: Readonly<Record<string, readonly [(x: Tensor) => Tensor, (x: number) => number]>> = {
  abs: [abs, Math.abs],
  negate: [negate, (x) => -x],
  exp: [exp, Math.exp],
  log: [log, Math.log],
  sqrt: [sqrt, Math.sqrt],
  rsqrt: [rsqrt, (x) => 1 / Math.sqrt(x)],
  square: [square, (x) => x * x],
  tanh: [tanh, Math.tanh],
  sigmoid: [sigmoid, (x) => 1 / (1 + Math.exp(-x))],
  softplus: [softplus, (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))],
  sign: [sign, (x) => (x > 0 ? 1 : x < 0 ? -1 : x)],
  erf: [erf, (x) => (Math.abs(x) > 6 ? Math.sign(x) : Number.NaN)],
};
const binary: Readonly<Record<string, readonly [(a: Tensor, b: Tensor) => Tensor, (a: number, b: number) => number]>> =
  {
    add: [add, (a, b) => a + b],
    subtract: [subtract, (a, b) => a - b],
    multiply: [multiply, (a, b) => a * b],
    divide: [divide, (a, b) => a / b],
    maximum: [maximum, Math.max],
    minimum: [minimum, Math.min],
    less: [(a, b) => cast(less(a, b), 'float32'), (a, b) => Number(a < b)],
    greater: [(a, b) => cast(greater(a, b), 'float32'), (a, b) => Number(a > b)],
    equal: [(a, b) => cast(equal(a, b), 'float32'), (a, b) => Number(a === b)],
  };

describe.each(ways)('extremes on %s', (name, engine, placement) => {
  it.each(Object.entries(unary))('%s', async (what, [of, exact]) => {
    const found = await run(engine, placement, ({ x }) => of(x as Tensor), { x: vector(extremes) });
    const wrong = extremes.flatMap((x, i) => {
      if (what === 'erf' && Math.abs(x) <= 6) return [];
      // Below the least normal number an engine may see zero; the reference sees what is there.
      if (subnormal(x) && name !== 'reference') return [];
      return near(found[i] as number, exact(x)) ? [] : [`${what}(${x}) = ${found[i]}, not ${exact(x)}`];
    });
    expect(wrong).toEqual([]);
  });

  it.each(Object.entries(binary))('%s', async (what, [of, exact]) => {
    const pairs = extremes.flatMap((a) => extremes.map((b) => [a, b] as const));
    const found = await run(engine, placement, ({ a, b }) => of(a as Tensor, b as Tensor), {
      a: vector(pairs.map(([a]) => a)),
      b: vector(pairs.map(([, b]) => b)),
    });
    const wrong = pairs.flatMap(([a, b], i) => {
      // An engine may take what is below the least normal number for zero: then 1/x, comparisons and products with infinity follow.
      if (subnormal(a) || subnormal(b)) return [];
      return near(found[i] as number, exact(a, b)) ? [] : [`${what}(${a}, ${b}) = ${found[i]}, not ${exact(a, b)}`];
    });
    expect(wrong).toEqual([]);
  });

  it('softmax, its logarithm and cross-entropy of far-off scores', async () => {
    const rows = [
      [0, 0, 0],
      [88, -104, 1e4],
      [-1e30, -1e30, -1e30],
      [3.4e38, 0, -3.4e38],
      [0, -20, -20],
      [1e-40, -1e-40, 0],
    ];
    const softmaxOf = (row: readonly number[]) => {
      const top = Math.max(...row);
      const total = row.reduce((all, x) => all + Math.exp(x - top), 0);
      return row.map((x) => x - top - Math.log(total));
    };
    const x = floats([rows.length, 3], Float32Array.from(rows.flat()));
    const labels = ints(
      [rows.length],
      Int32Array.from(rows, () => 0),
    );
    const logs = rows.map((row) => softmaxOf(row.map(Math.fround)));
    const close = (found: readonly number[], exact: readonly number[]) =>
      found.flatMap((value, i) =>
        // A difference of logarithms near 0 keeps 6e-8 of what was subtracted, not of itself: 2e-9 may come out as 0.
        near(value, exact[i] as number) || Math.abs(value - (exact[i] as number)) <= 2.5e-7
          ? []
          : [`${i}: ${value}, not ${exact[i]}`],
      );
    const of = (f: (x: Tensor, labels: Tensor) => Tensor) =>
      run(engine, placement, (fed) => f(fed.x as Tensor, fed.labels as Tensor), { x, labels });
    expect(close(await of((z) => logSoftmax(z)), logs.flat())).toEqual([]);
    expect(close(await of((z) => softmax(z)), logs.flat().map(Math.exp))).toEqual([]);
    expect(
      close(
        await of((z, y) => sparseCrossEntropy(z, y)),
        logs.map(([first]) => -(first as number)),
      ),
    ).toEqual([]);
    expect(
      close(await of((z) => klFromLogits(z, z)).then((kl) => kl.filter((_, i) => i !== 3)), [0, 0, 0, 0, 0]),
    ).toEqual([]);
  });

  it.each([-1, 3, -100, 2 ** 31 - 1, -(2 ** 31)])(
    'a place of %d of 3 gives NaN in its row, and in no other',
    async (place) => {
      const table = floats([3, 2], Float32Array.of(1, 2, 3, 4, 5, 6));
      const places = ints([3], Int32Array.of(2, place, 0));
      const of = (f: (table: Tensor, places: Tensor) => Tensor) =>
        run(engine, placement, (fed) => f(fed.table as Tensor, fed.places as Tensor), { table, places });
      if (placement === 'eager') {
        for (const f of [gatherRows, (t: Tensor, p: Tensor) => sparseCrossEntropy(transpose(t, [1, 0]), p)])
          await expect(of((t, p) => f(t, slice(p, [0], [2])))).resolves.toBeDefined();
        const known3 = constant([2, place, 0], [3], 'int32');
        expect(() => gatherRows(constant([1, 2, 3, 4, 5, 6], [3, 2]), known3)).toThrow(
          new BackendError(`gatherRows: index 1 is ${place}, the rows are 0 to 2.`),
        );
        return;
      }
      expect(await of((t, p) => gatherRows(t, p))).toEqual([5, 6, Number.NaN, Number.NaN, 1, 2]);
      const losses = await of((t, p) => sparseCrossEntropy(reshape(concat([t, t, t], 0), [6, 3]), concat([p, p], 0)));
      expect(losses.map(Number.isNaN)).toEqual([false, true, false, false, true, false]);
      expect((await of((t, p) => segmentSum(t, p, 3))).every(Number.isNaN)).toBe(true);
    },
  );

  it('axes without anything', async () => {
    const of = (f: (x: Tensor) => Tensor, shape: readonly number[] = [2, 0]) =>
      run(engine, placement, ({ x }) => f(x as Tensor), { x: floats(shape, new Float32Array(0)) });
    expect(await of((x) => sum(x, { axes: 1 }))).toEqual([0, 0]);
    expect(await of((x) => add(x, 1))).toEqual([]);
    expect(await of((x) => concat([x, fill([2, 1], 5)], 1))).toEqual([5, 5]);
    expect(
      await of((x) =>
        pad(x, [
          [0, 0],
          [1, 0],
        ]),
      ),
    ).toEqual([0, 0]);
    expect(await of((x) => transpose(x, [1, 0]))).toEqual([]);
    expect(await of((x) => broadcastTo(x, [3, 2, 0]))).toEqual([]);
    expect(await of((x) => gatherRows(fill([3, 2], 7), cast(reshape(x, [0]), 'int32')))).toEqual([]);
    for (const [f, words] of [
      [(x: Tensor) => max(x, { axes: 1 }), 'max'],
      [(x: Tensor) => argMax(x), 'argMax'],
      [(x: Tensor) => mean(x, { axes: 1 }), 'mean'],
      [(x: Tensor) => gatherRows(reshape(x, [0, 2]), fill([1], 0, 'int32')), 'no rows to choose from'],
    ] as const)
      await expect(Promise.resolve().then(() => of(f))).rejects.toThrow(words);
  });

  it('what nobody sees is 0, not NaN', async () => {
    const scores = floats([1, 1, 2, 2], Float32Array.of(1, 2, 88, -104));
    const found = await run(engine, placement, ({ x }) => visibleSoftmax(x as Tensor, greater(x as Tensor, 50)), {
      x: scores,
    });
    expect(found).toEqual([0, 0, 1, 0]);
    const chosen = await run(engine, placement, ({ x }) => where(greater(x as Tensor, 50), 1, divide(x as Tensor, 0)), {
      x: scores,
    });
    expect(chosen).toEqual([Infinity, Infinity, 1, -Infinity]);
  });
});
