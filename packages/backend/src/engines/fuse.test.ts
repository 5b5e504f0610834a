import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  compile,
  constant,
  createVariables,
  dropout,
  type Engine,
  evaluate,
  gelu,
  gradients,
  greaterEqual,
  type HostTensor,
  layerNorm,
  linear,
  mean,
  type OperationTime,
  randomUniform,
  reshape,
  rootKey,
  selectEngine,
  sparseCrossEntropy,
  type Tensor,
  thisMachine,
  visibleSoftmax,
} from '../index.ts';
import { philoxUniform } from '../lowering/philox.ts';

let engine: Engine | undefined;
beforeAll(async () => {
  const selection = await selectEngine({ surroundings: thisMachine() });
  if (selection.engine.name === 'tensorflow') engine = selection.engine;
});
afterAll(() => engine?.dispose());

const wave = (shape: readonly number[], scale = 1): HostTensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  return {
    shape,
    dtype: 'float32',
    values: Float32Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898) * scale),
  };
};
const words = (first = 0): HostTensor => ({ shape: [3], dtype: 'int32', values: Int32Array.of(5, 9, first) });
const compiledPieces = (times: readonly OperationTime[]) =>
  times.filter(({ operation, node }) => /^(stretch|mask)_/.test(operation) || /^(stretch|mask)_/.test(node)).length;

describe('fuse', () => {
  const parameters = {
    norm: { scale: wave([128]), offset: wave([128], 0.1) },
    up: { kernel: wave([128, 256], 0.1), bias: wave([256]) },
    out: { kernel: wave([256, 300], 0.1), bias: wave([300]) },
  };
  const batch = {
    x: wave([512, 128]),
    labels: {
      shape: [512],
      dtype: 'int32',
      values: Int32Array.from({ length: 512 }, (_, i) => (i * 7) % 300),
    } as HostTensor,
    visible: {
      shape: [512, 256],
      dtype: 'bool',
      values: Uint8Array.from({ length: 512 * 256 }, (_, i) => (i % 3 ? 1 : 0)),
    } as HostTensor,
    words: words(),
  };
  const loss = (p: Record<string, never>, b: Record<'x' | 'labels' | 'visible' | 'words', Tensor>) => {
    const { norm, up, out } = p as unknown as {
      norm: { scale: Tensor; offset: Tensor };
      up: { kernel: Tensor };
      out: { kernel: Tensor };
    };
    const key = rootKey(b.words);
    const inner = gelu(linear(dropout(layerNorm(b.x, norm), { rate: 0.1, key }), up));
    const weights = reshape(
      visibleSoftmax(reshape(inner, [1, 1, 512, 256]), reshape(b.visible, [1, 1, 512, 256])),
      [512, 256],
    );
    return mean(sparseCrossEntropy(linear(weights, out), b.labels));
  };

  it('a fused function equals an unfused one: loss, and every gradient', async ({ skip }) => {
    if (!engine) return skip();
    const results = [];
    for (const fuse of [true, false]) {
      let pieces = 0;
      const variables = createVariables(engine, parameters, {
        fuse,
        onRun: (times) => (pieces = compiledPieces(times)),
      });
      const run = compile(variables, (state, b: typeof batch) => {
        const value = loss(state as never, b as never);
        return { outputs: { value, slopes: gradients(value, state) as never as Record<string, Tensor> } };
      });
      const first = await run(batch as never);
      const second = await run(batch as never);
      expect(JSON.stringify(second)).toBe(JSON.stringify(first));
      expect(pieces > 0).toBe(fuse);
      results.push(first as unknown as { value: HostTensor; slopes: typeof parameters });
      variables.dispose();
    }
    const [fused, plain] = results as [(typeof results)[number], (typeof results)[number]];
    expect(Math.abs((fused.value.values[0] as number) - (plain.value.values[0] as number))).toBeLessThan(5e-6);
    for (const [a, b] of [
      [fused.slopes.norm.scale, plain.slopes.norm.scale],
      [fused.slopes.norm.offset, plain.slopes.norm.offset],
      [fused.slopes.up.kernel, plain.slopes.up.kernel],
      [fused.slopes.up.bias, plain.slopes.up.bias],
      [fused.slopes.out.kernel, plain.slopes.out.kernel],
      [fused.slopes.out.bias, plain.slopes.out.bias],
    ] as [HostTensor, HostTensor][]) {
      const [ours, theirs] = [a.values as Float32Array, b.values as Float32Array];
      const size = Math.hypot(...theirs);
      const apart = Math.hypot(...theirs.map((v, i) => v - (ours[i] as number)));
      expect(size).toBeGreaterThan(0);
      // XLA's exp and erf are other polynomials than Eigen's; the worst seen is 2.2e-6 here, processors differ.
      expect(apart / size).toBeLessThan(1e-5);
    }
  });

  it('compiled masks are those of Philox to the bit, for any width, rate and first row', async ({ skip }) => {
    if (!engine) return skip();
    for (const [rows, width, rate, first] of [
      [64, 1024, 0.1, 0],
      [300, 221, 0.5, 17],
      [3, 65_537, 0.9, 2_000_000_000],
    ] as const) {
      let pieces = 0;
      const variables = createVariables(engine, {}, { fuse: true, onRun: (times) => (pieces = compiledPieces(times)) });
      const run = compile(variables, (_state, b: { words: Tensor }) => {
        const key = { ...rootKey(b.words), site: 4_000_000_001 };
        return { outputs: { mask: greaterEqual(randomUniform(key, [rows, width]), rate) } };
      });
      const { mask } = await run({ words: words(first) });
      const numbers = philoxUniform(Int32Array.of(5, 9, first), 4_000_000_001, rows, width);
      const threshold = Math.fround(rate);
      expect(pieces).toBeGreaterThan(0);
      expect(mask.values.findIndex((kept, i) => kept !== Number((numbers[i] as number) >= threshold))).toBe(-1);
      variables.dispose();
    }
  });

  it('functions that only read are not fused unless asked, those that train are', async ({ skip }) => {
    if (!engine) return skip();
    let pieces = 0;
    const watched = { onRun: (times: readonly OperationTime[]) => (pieces = compiledPieces(times)) };
    const variables = createVariables(engine, { w: wave([512, 256]) }, watched);
    const read = compile(variables, ({ w }) => ({ outputs: { y: mean(gelu(gelu(w))) } }));
    await read({});
    expect(pieces).toBe(0);
    const write = compile(variables, ({ w }) => ({ outputs: { y: mean(w) }, state: { w: gelu(gelu(w)) } }));
    await write({});
    expect(pieces).toBeGreaterThan(0);
    variables.dispose();
  });

  it('eager execution gives the same numbers as a fused function', async ({ skip }) => {
    if (!engine) return skip();
    const variables = createVariables(engine, {}, { fuse: true });
    const run = compile(variables, (_state, { x }: { x: Tensor }) => ({ outputs: { y: gelu(gelu(x)) } }));
    const x = wave([512, 256], 3);
    const { y } = await run({ x });
    const eager = evaluate(engine, gelu(gelu(constant(x.values, x.shape))));
    const worst = (y.values as Float32Array).reduce(
      (most, v, i) => Math.max(most, Math.abs(v - (eager.values[i] as number))),
      0,
    );
    expect(worst).toBeLessThan(5e-6);
    variables.dispose();
  });
});
