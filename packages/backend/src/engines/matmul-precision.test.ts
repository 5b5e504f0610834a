import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  compile,
  createVariables,
  type Engine,
  gelu,
  gradients,
  type HostTensor,
  linear,
  matmul,
  mean,
  multiply,
  selectEngine,
  square,
  subtract,
  type Tensor,
  thisMachine,
} from '../index.ts';

let engine: Engine | undefined;
beforeAll(async () => {
  const selection = await selectEngine({ surroundings: thisMachine() });
  if (selection.engine.name === 'tensorflow') engine = selection.engine;
});
afterAll(() => engine?.dispose());

const wave = (shape: readonly number[], phase: number, scale = 1): HostTensor => ({
  shape,
  dtype: 'float32',
  values: Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    (_, i) => Math.sin(i * 12.9898 + phase) * scale,
  ),
});
/** To the nearest number of 8 significant bits, ties to even: what bfloat16 keeps. */
function bfloat16(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer);
  const word = bits[0] as number;
  bits[0] = (word + 0x7fff + ((word >>> 16) & 1)) & 0xffff0000;
  return new Float32Array(bits.buffer)[0] as number;
}
/** From one bfloat16 number to the next, where a number lies: 2⁻⁷ of the power of two below it. */
const spacing = (value: number) => 2 ** (Math.floor(Math.log2(Math.abs(value))) - 7);

describe('matmulPrecision', () => {
  // The last rounding is the processor's: to the nearest where it has bfloat16 products, towards zero in the kernels that do without (seen on
  // AVX2: all of 4,096 results). Promised everywhere: one of the two bfloat16 numbers around the exact product of rounded operands.
  it('bfloat16 rounds operands and result of a product, and nothing else', async ({ skip }) => {
    if (!engine) return skip();
    const [rows, inner, columns] = [8, 64, 8];
    const [a, b] = [wave([rows, inner], 0), wave([inner, columns], 1)];
    const variables = createVariables(engine, {}, { matmulPrecision: 'bfloat16' });
    const run = compile(variables, (_state, { a, b }: Record<'a' | 'b', Tensor>) => ({
      outputs: { product: matmul(a, b), sum: multiply(a, a) },
    }));
    const { product, sum } = await run({ a, b });
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const terms = Array.from(
          { length: inner },
          (_, k) => bfloat16(a.values[row * inner + k] as number) * bfloat16(b.values[k * columns + column] as number),
        );
        const exact = terms.reduce((total, term) => total + term, 0);
        // Sums are float32, in any order.
        const noise = 2 ** -24 * inner * terms.reduce((total, term) => total + Math.abs(term), 0);
        const got = product.values[row * columns + column] as number;
        expect(got).toBe(bfloat16(got));
        expect(Math.abs(got - exact)).toBeLessThan(spacing(exact) + noise);
      }
    expect([...sum.values]).toEqual([...(a.values as Float32Array)].map((v) => Math.fround(v * v)));
    variables.dispose();
  });

  it('gradients stay within bfloat16 of those in float32, fused or not; float32 is the default', async ({ skip }) => {
    if (!engine) return skip();
    const parameters = { up: wave([64, 512], 2, 0.2), down: wave([512, 64], 3, 0.1) };
    const x = wave([256, 64], 4);
    const slopes: HostTensor[][] = [];
    for (const placement of [
      {},
      { matmulPrecision: 'float32' },
      { matmulPrecision: 'bfloat16', fuse: true },
      { matmulPrecision: 'bfloat16', fuse: false },
    ] as const) {
      const variables = createVariables(engine, parameters, placement);
      const run = compile(variables, (state, { x }: { x: Tensor }) => {
        const p = state as unknown as Record<'up' | 'down', Tensor>;
        const out = linear(gelu(linear(x, { kernel: p.up })), { kernel: p.down });
        return { outputs: gradients(mean(square(subtract(out, x))), p) };
      });
      const { up, down } = (await run({ x })) as unknown as Record<'up' | 'down', HostTensor>;
      slopes.push([up, down]);
      variables.dispose();
    }
    const [plain, named, fused, apart] = slopes as [HostTensor[], HostTensor[], HostTensor[], HostTensor[]];
    expect(named).toEqual(plain);
    for (const low of [fused, apart])
      for (const [i, { values }] of low.entries()) {
        const exact = plain[i]?.values as Float32Array;
        const error = Math.hypot(...exact.map((v, k) => v - (values[k] as number))) / Math.hypot(...exact);
        expect(error).toBeGreaterThan(1e-5);
        expect(error).toBeLessThan(0.03);
      }
  });
});
