import type * as Tfjs from '@tensorflow/tfjs-core';

/**
 * A matrix product for tfjs's wasm backend, which is fast (XNNPACK) only for two plain matrices and goes element by element otherwise: here
 * transpositions are made first and batches taken apart.
 */
export function plainMatmul(
  tf: typeof Tfjs,
  [a, b]: readonly [Tfjs.Tensor, Tfjs.Tensor],
  { transposeA, transposeB }: { readonly transposeA: boolean; readonly transposeB: boolean },
): Tfjs.Tensor {
  const turn = (x: Tfjs.Tensor) => {
    const order = x.shape.map((_, axis) => axis);
    return tf.transpose(x, [...order.slice(0, -2), order.length - 1, order.length - 2]);
  };
  const left = transposeA ? turn(a) : a;
  const right = transposeB ? turn(b) : b;
  if (left.rank === 2) return tf.matMul(left, right);
  const lead = left.shape.slice(0, -2);
  const count = lead.reduce((product, extent) => product * extent, 1);
  const matrices = (x: Tfjs.Tensor) => tf.unstack(tf.reshape(x, [count, ...x.shape.slice(-2)]));
  const rights = matrices(right);
  const products = matrices(left).map((matrix, i) => tf.matMul(matrix, rights[i] as Tfjs.Tensor));
  return tf.reshape(tf.stack(products), [...lead, left.shape.at(-2) as number, right.shape.at(-1) as number]);
}
