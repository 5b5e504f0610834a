import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  abs,
  adamStep,
  add,
  cast,
  compile,
  concat,
  constant,
  createVariables,
  divide,
  dropout,
  type Engine,
  entropyFromLogits,
  erf,
  evaluate,
  exp,
  fill,
  gatherRows,
  gelu,
  gradients,
  greater,
  jsFromLogits,
  klFromLogits,
  layerNorm,
  linear,
  log,
  logSoftmax,
  matmul,
  max,
  maximum,
  mean,
  mergeHeads,
  multiply,
  negate,
  pad,
  randomNormal,
  randomUniform,
  recompute,
  reshape,
  rootKey,
  rsqrt,
  sigmoid,
  slice,
  softmax,
  softplus,
  sparseCrossEntropy,
  splitHeads,
  sqrt,
  square,
  subtract,
  sum,
  type Tensor,
  tanh,
  transpose,
  visibleSoftmax,
  where,
} from '../src/index.ts';

const numbers = (count: number, seed = 1) =>
  Array.from({ length: count }, (_, i) => Math.sin((i + 1) * 12.9898 * seed) * 1.3);
const total = (x: Tensor) =>
  sum(
    multiply(
      x,
      constant(
        numbers(
          x.shape.reduce((a, b) => a * b, 1),
          3,
        ),
        x.shape,
      ),
    ),
  );

/** Scaled dot-product attention as encoders compose it; `dropped` is what becomes of the weights. */
function attention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  heads: number,
  visible?: Tensor,
  dropped = (weights: Tensor) => weights,
): Tensor {
  const split = splitHeads(query, heads);
  const products = matmul(split, splitHeads(key, heads), { transposeB: true });
  const scores = multiply(products, 1 / Math.sqrt(split.shape[3] as number));
  return mergeHeads(matmul(dropped(visibleSoftmax(scores, visible)), splitHeads(value, heads)));
}

/** Differentiable functions of one tensor `[2, 3, 4]`; each is checked to second order. */
const differentiable: Record<string, (x: Tensor) => Tensor> = {
  'add, subtract, multiply, divide': (x) => divide(multiply(add(x, 2), subtract(x, 0.5)), add(square(x), 1)),
  'exp, log, sqrt, rsqrt': (x) => add(log(add(exp(x), 1)), multiply(sqrt(add(square(x), 1)), rsqrt(add(square(x), 2)))),
  softplus: (x) => multiply(softplus(multiply(x, 3)), x),
  'tanh, sigmoid, erf': (x) => add(tanh(x), multiply(sigmoid(x), erf(x))),
  'maximum, abs, where': (x) => add(maximum(x, 0.1), where(greater(x, 0.2), square(x), multiply(abs(x), x))),
  'sum, mean, max': (x) =>
    multiply(square(sum(x, { axes: -1 })), add(mean(x, { axes: [2] }), max(square(x), { axes: 2 }))),
  'reshape, transpose, slice, pad, concat': (x) =>
    square(
      concat(
        [
          pad(slice(transpose(x, [2, 0, 1]), [1, 0, 1], [2, 2, 2]), [
            [0, 1],
            [0, 0],
            [1, 0],
          ]),
          reshape(multiply(x, 0.5), [4, 2, 3]).shape[0] === 4 ? reshape(square(x), [4, 2, 3]) : x,
        ],
        0,
      ),
    ),
  matmul: (x) => matmul(x, transpose(multiply(x, x), [0, 2, 1])),
  'matmul, all transpositions': (x) =>
    add(
      matmul(x, x, { transposeB: true }),
      sum(matmul(x, multiply(x, 0.3), { transposeA: true }), { axes: [1, 2], keep: true }),
    ),
  'softmax, logSoftmax': (x) => multiply(softmax(x), logSoftmax(multiply(x, 2))),
  gatherRows: (x) => square(gatherRows(reshape(x, [6, 4]), constant([5, 0, 5, 2], [2, 2], 'int32'))),
  linear: (x) =>
    gelu(
      linear(x, { kernel: reshape(slice(x, [0, 0, 0], [1, 2, 4]), [4, 2]), bias: slice(reshape(x, [24]), [3], [2]) }),
    ),
  'layer norm': (x) =>
    layerNorm(x, { scale: slice(reshape(x, [24]), [0], [4]), offset: slice(reshape(x, [24]), [4], [4]) }, 1e-3),
  attention: (x) =>
    attention(x, multiply(x, 0.7), square(x), 2, constant([1, 0, 1, 1, 1, 0, 0, 0, 0], [1, 1, 3, 3], 'bool')),
  'sparse cross-entropy': (x) => sparseCrossEntropy(x, constant([0, 3, 1, 2, 2, 0], [2, 3], 'int32')),
  'KL both sides': (x) => klFromLogits(x, multiply(square(x), 0.5)),
  entropy: (x) => entropyFromLogits(multiply(x, 2)),
  'embedding sum': (x) => {
    const [words, places] = [slice(reshape(x, [6, 4]), [0, 0], [4, 4]), slice(reshape(x, [6, 4]), [4, 0], [2, 4])];
    const summed = add(gatherRows(words, constant([3, 1, 3, 0], [2, 2], 'int32')), reshape(places, [1, 2, 4]));
    return layerNorm(summed, { scale: fill([4], 1.5), offset: fill([4], 0.5) }, 1e-3);
  },
  'attention with dropped weights and a row that sees nothing': (x) =>
    attention(
      multiply(x, 0.5),
      x,
      square(x),
      2,
      constant([1, 1, 0, 0, 0, 0, 0, 1, 1], [1, 1, 3, 3], 'bool'),
      (weights) => dropout(weights, { rate: 0.3, key: rootKey(constant([7, 1, 0], [3], 'int32')) }),
    ),
  'Jensen-Shannon both sides': (x) => jsFromLogits(x, multiply(square(x), 0.5)),
  'a block that is computed again': (x) =>
    square(
      recompute(() =>
        tanh(dropout(multiply(x, add(x, 1)), { rate: 0.3, key: rootKey(constant([7, 1, 0], [3], 'int32')) })),
      ),
    ),
  dropout: (x) => square(dropout(x, { rate: 0.3, key: rootKey(constant([7, 1, 0], [3], 'int32')) })),
};

/** What every engine must satisfy; an engine joins with one line in `engines.test.ts`. */
export function engineContract(name: string, open: () => Promise<Engine>): void {
  describe(`engine ${name}`, () => {
    let engine: Engine;
    let reference: Engine;
    beforeAll(async () => {
      engine = await open();
      const { referenceEngine } = await import('../src/index.ts');
      reference = referenceEngine({ precision: 'float64' });
    });
    afterAll(() => engine?.dispose());
    const x0 = numbers(24);
    const tensorOf = (values: readonly number[]) => constant(values, [2, 3, 4]);

    for (const [label, f] of Object.entries(differentiable)) {
      it(`${label}: values equal the reference`, () => {
        const [ours, theirs] = [evaluate(engine, f(tensorOf(x0))), evaluate(reference, f(tensorOf(x0)))];
        expect(ours.shape).toEqual(theirs.shape);
        for (const [i, v] of theirs.values.entries())
          expect(Math.abs((ours.values[i] as number) - v)).toBeLessThan(2e-5 * (1 + Math.abs(v)));
      });

      it(`${label}: first and second derivatives equal finite differences`, () => {
        const direction = numbers(24, 7);
        const along = (h: number) => tensorOf(x0.map((v, i) => v + h * (direction[i] as number)));
        const value = (h: number) => evaluate(engine, total(f(along(h)))).values[0] as number;
        const slope = (x: Tensor) => sum(multiply(gradients(total(f(x)), x), tensorOf(direction)));
        const slopeAt = (h: number) => evaluate(engine, slope(along(h))).values[0] as number;
        const curve = (x: Tensor) => sum(multiply(gradients(slope(x), x), tensorOf(direction)));
        const curvature = evaluate(engine, curve(tensorOf(x0))).values[0] as number;
        const h = 5e-3;
        const [first, second] = [(value(h) - value(-h)) / (2 * h), (slopeAt(h) - slopeAt(-h)) / (2 * h)];
        expect(Math.abs(slopeAt(0) - first)).toBeLessThan(0.02 * (1 + Math.abs(first)));
        expect(Math.abs(curvature - second)).toBeLessThan(0.05 * (1 + Math.abs(second)));
      });
    }

    it('compiled equals eager for every function, and for two negations around a reshape', async () => {
      const variables = createVariables(engine, {});
      const twice = (x: Tensor) => negate(reshape(negate(x), [24]));
      for (const [label, f] of Object.entries({ ...differentiable, twice })) {
        const run = compile(variables, (_state, { x }: { x: Tensor }) => ({
          outputs: { y: f(x), slope: gradients(total(f(x)), x) },
        }));
        const compiled = await run({ x: { shape: [2, 3, 4], dtype: 'float32', values: Float32Array.from(x0) } });
        const eager = evaluate(engine, { y: f(tensorOf(x0)), slope: gradients(total(f(tensorOf(x0))), tensorOf(x0)) });
        for (const [i, v] of eager.y.values.entries())
          expect(Math.abs((compiled.y.values[i] as number) - v), label).toBeLessThan(1e-5 * (1 + Math.abs(v)));
      }
      variables.dispose();
    });

    it('uniform numbers are Philox: the same on every engine, by row', () => {
      const draw = (first: number) => randomUniform(rootKey(constant([3, 5, first], [3], 'int32')), [4, 7]);
      const ours = evaluate(engine, draw(0)).values;
      expect([...ours]).toEqual([...evaluate(reference, draw(0)).values]);
      expect([...evaluate(engine, draw(2)).values].slice(0, 14)).toEqual([...ours].slice(14));
      const many = evaluate(engine, randomUniform(rootKey(constant([1, 2, 0], [3], 'int32')), [100, 1000])).values;
      const average = [...many].reduce((a, b) => a + b, 0) / many.length;
      // n = 100,000 uniforms: standard error 0.2887/√n = 0.00091; bound 4.5 of them.
      expect(Math.abs(average - 0.5)).toBeLessThan(0.0041);
    });

    it('normal numbers are Box-Muller over Philox: the same on every engine to rounding, by row, standard', () => {
      const draw = (first: number) => randomNormal(rootKey(constant([3, 5, first], [3], 'int32')), [4, 7]);
      const [ours, theirs] = [evaluate(engine, draw(0)).values, evaluate(reference, draw(0)).values];
      for (const [i, v] of theirs.entries()) expect(Math.abs((ours[i] as number) - v)).toBeLessThan(1e-5);
      expect([...evaluate(engine, draw(2)).values].slice(0, 14)).toEqual([...ours].slice(14));
      const many = [...evaluate(engine, randomNormal(rootKey(constant([1, 2, 0], [3], 'int32')), [100, 1000])).values];
      const moment = (power: number) => many.reduce((total, x) => total + x ** power, 0) / many.length;
      // n = 100,000: standard errors of the first four moments are √(1, 2, 15, 96)/√n; bounds 4.5 of them.
      for (const [power, [expected, variance]] of [
        [0, 1],
        [1, 2],
        [0, 15],
        [3, 96],
      ].entries())
        expect(Math.abs(moment(power + 1) - (expected as number))).toBeLessThan(
          4.5 * Math.sqrt((variance as number) / many.length),
        );
    });

    it('a query that sees no key gets zeros, forward and backward', () => {
      const x = constant(numbers(8), [1, 2, 4]);
      const y = attention(x, x, x, 1, constant([0, 0, 1, 0], [1, 1, 2, 2], 'bool'));
      const slope = gradients(sum(slice(y, [0, 0, 0], [1, 1, 4])), x);
      const { out, first, second } = evaluate(engine, {
        out: y,
        first: slope,
        second: gradients(sum(multiply(slope, constant(numbers(8, 5), [1, 2, 4]))), x),
      });
      expect([...out.values].slice(0, 4)).toEqual([0, 0, 0, 0]);
      expect([...first.values].map(Math.abs)).toEqual(Array(8).fill(0));
      expect([...second.values].map(Math.abs)).toEqual(Array(8).fill(0));
    });

    it('a mask that is not bool is named', () => {
      const x = constant(numbers(8), [1, 2, 4]);
      const visible = constant([1, 0, 1, 1], [1, 1, 2, 2], 'int32');
      expect(() => attention(x, x, x, 1, visible)).toThrow(/visible must be bool.*got int32/);
    });

    it('no NaN for extreme logits', () => {
      const logits = constant([1e4, -1e4, 0, 80, -80, 0], [2, 3]);
      const loss = sum(sparseCrossEntropy(logits, constant([1, 1], [2], 'int32')));
      const { value, slope, kl, js } = evaluate(engine, {
        value: loss,
        slope: gradients(loss, logits),
        kl: klFromLogits(logits, multiply(logits, -1)),
        js: jsFromLogits(logits, multiply(logits, -1)),
      });
      expect(js.values[0]).toBeCloseTo(Math.LN2, 6);
      for (const v of [...value.values, ...slope.values, ...kl.values, ...js.values])
        expect(Number.isFinite(v)).toBe(true);
      expect(value.values[0]).toBeCloseTo(20160, 0);
    });

    it('a compiled Adam step equals the formula, and steps leave no handles behind', async () => {
      const p0 = [0.5, -1, 2];
      const g = [0.1, -0.2, 0.3];
      const zero = { shape: [3], dtype: 'float32' as const, values: new Float32Array(3) };
      const variables = createVariables(engine, { p: { ...zero, values: Float32Array.from(p0) }, m: zero, v: zero });
      const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.01 };
      const scalar = (value: number) => ({ shape: [], dtype: 'float32' as const, values: Float32Array.of(value) });
      const step = compile(variables, (state, batch: { rate: Tensor; power1: Tensor; power2: Tensor }) => {
        const loss = sum(multiply(state.p, constant(g)));
        const next = adamStep(
          {
            parameter: state.p,
            mean: state.m,
            variance: state.v,
            gradient: gradients(loss, state.p),
            rate: batch.rate,
            beta1Power: batch.power1,
            beta2Power: batch.power2,
          },
          options,
        );
        return { outputs: { loss }, state: { p: next.parameter, m: next.mean, v: next.variance } };
      });
      let [p, m, v] = [p0, [0, 0, 0], [0, 0, 0]];
      // The constants as float32 has them: 1 − β₂ is 0.00099998713 then, and a variance kept with 0.001 is 1.3e-5 away.
      const [beta1, beta2] = [Math.fround(options.beta1), Math.fround(options.beta2)];
      let handles = 0;
      for (let t = 1; t <= 6; t++) {
        const { loss } = await step({ rate: scalar(0.1), power1: scalar(0.9 ** t), power2: scalar(0.999 ** t) });
        expect(loss.values[0]).toBeCloseTo(
          p.reduce((a, b, i) => a + b * (g[i] as number), 0),
          4,
        );
        m = m.map((a, i) => beta1 * a + (1 - beta1) * (g[i] as number));
        v = v.map((a, i) => beta2 * a + (1 - beta2) * (g[i] as number) ** 2);
        p = p.map(
          (a, i) =>
            a * (1 - 0.1 * 0.01) -
            (0.1 * ((m[i] as number) / (1 - 0.9 ** t))) / (Math.sqrt((v[i] as number) / (1 - 0.999 ** t)) + 1e-8),
        );
        if (t === 2) handles = engine.liveHandles();
      }
      expect(engine.liveHandles()).toBe(handles);
      const now = variables.read();
      for (let i = 0; i < 3; i++) {
        expect(now.p.values[i]).toBeCloseTo(p[i] as number, 5);
        expect((now.m.values[i] as number) / (m[i] as number)).toBeCloseTo(1, 6);
        expect((now.v.values[i] as number) / (v[i] as number)).toBeCloseTo(1, 6);
      }
      variables.dispose();
    });

    it('a hundred training steps of a small encoder leave no handle behind, and learn', async () => {
      const zeros = (...shape: number[]) => ({
        shape,
        dtype: 'float32' as const,
        values: new Float32Array(shape.reduce((a, b) => a * b, 1)),
      });
      const words = { ...zeros(7, 4), values: Float32Array.from(numbers(28)) };
      const variables = createVariables(engine, { words, mean: zeros(7, 4), variance: zeros(7, 4) });
      const norm = { scale: constant([1, 1, 1, 1]), offset: constant([0, 0, 0, 0]) };
      const int32 = (...values: number[]) => ({
        shape: [values.length],
        dtype: 'int32' as const,
        values: Int32Array.from(values),
      });
      const scalar = (value: number) => ({ shape: [], dtype: 'float32' as const, values: Float32Array.of(value) });
      type Batch = { ids: Tensor; key: Tensor; power1: Tensor; power2: Tensor };
      const step = compile(variables, (state, { ids, key, power1, power2 }: Batch) => {
        const read = reshape(gatherRows(state.words, ids), [1, 6, 4]);
        const seen = dropout(layerNorm(attention(read, read, read, 2), norm, 1e-5), {
          rate: 0.1,
          key: rootKey(key),
        });
        const logits = matmul(reshape(add(read, seen), [6, 4]), state.words, { transposeB: true });
        const loss = mean(sparseCrossEntropy(logits, ids));
        const operands = { parameter: state.words, mean: state.mean, variance: state.variance };
        const gradient = gradients(loss, state.words);
        const moments = { gradient, rate: constant([0.05], []), beta1Power: power1, beta2Power: power2 };
        const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0 };
        const next = adamStep({ ...operands, ...moments }, options);
        return { outputs: { loss }, state: { words: next.parameter, mean: next.mean, variance: next.variance } };
      });
      const losses: number[] = [];
      let handles = 0;
      for (let t = 1; t <= 100; t++) {
        const powers = { power1: scalar(0.9 ** t), power2: scalar(0.999 ** t) };
        const { loss } = await step({ ids: int32(1, 2, 3, 1, 6, 0), key: int32(5, t, 0), ...powers });
        losses.push(loss.values[0] as number);
        evaluate(engine, sum(constant([1, 2])));
        if (t === 2) handles = engine.liveHandles();
      }
      expect(engine.liveHandles()).toBe(handles);
      expect(losses.at(-1)).toBeLessThan(0.2 * (losses[0] as number));
      variables.dispose();
    });

    it('two compiled functions share variables; shapes may change between calls', async () => {
      const variables = createVariables(engine, {
        w: { shape: [2], dtype: 'float32' as const, values: Float32Array.of(1, 2) },
      });
      type Batch = { x: Tensor };
      const grow = compile(variables, ({ w }, { x }: Batch) => ({
        outputs: { before: sum(w) },
        state: { w: add(w, sum(x)) },
      }));
      const look = compile(variables, ({ w }, { x }: Batch) => ({
        outputs: { dot: sum(multiply(w, cast(x, 'float32'))) },
      }));
      const vector = (...values: number[]) => ({
        x: {
          shape: [values.length],
          dtype: 'float32' as const,
          values: Float32Array.from(values),
        },
      });
      expect((await grow(vector(1, 1, 1))).before.values[0]).toBe(3);
      expect((await look(vector(10, 1))).dot.values[0]).toBe(45);
      expect((await grow(vector(-3))).before.values[0]).toBe(9);
      expect([...variables.read().w.values]).toEqual([1, 2]);
      variables.dispose();
    });
  });
}
