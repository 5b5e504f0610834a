import { compile, createVariables, type Engine, matmul, slice, type Tensor } from '@cloze/backend';

const extent = 2048;

/** One product of two 2048 × 2048 matrices that stay on the engine: what the machine gives at best. */
export function bigMatmul(engine: Engine): { step: () => Promise<number>; flops: number; stop: () => void } {
  const matrix = {
    shape: [extent, extent],
    dtype: 'float32' as const,
    values: Float32Array.from({ length: extent * extent }, (_, i) => Math.sin(i)),
  };
  const variables = createVariables(engine, { a: matrix, b: matrix });
  const run = compile(variables, ({ a, b }: { a: Tensor; b: Tensor }) => ({
    outputs: { corner: slice(matmul(a, b), [0, 0], [1, 1]) },
  }));
  return {
    flops: 2 * extent ** 3,
    step: async () => {
      const started = performance.now();
      await run({});
      return performance.now() - started;
    },
    stop: () => variables.dispose(),
  };
}
