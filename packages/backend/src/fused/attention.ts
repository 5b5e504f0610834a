import type { Tensor } from '../expression/tensor.ts';
import { cast, multiply, where } from '../operations/elementwise.ts';
import { matmul } from '../operations/matmul.ts';
import type { Key } from '../operations/random.ts';
import { max } from '../operations/reductions.ts';
import { reshape, transpose } from '../operations/shape.ts';
import { softmax } from '../operations/softmax.ts';
import { dropout } from './dropout.ts';

/** What an attention call may be told besides its operands. */
export interface AttentionOptions {
  /** Number of heads; must divide the width. */
  readonly heads: number;
  /** bool, broadcastable to `[batch, heads, queries, keys]`: which keys a query may see. Combine masks with `logicalAnd` first. */
  readonly visible?: Tensor | undefined;
  /** Probability of dropping an attention weight, default 0. */
  readonly dropout?: number;
  readonly key?: Key | undefined;
}

const split = (x: Tensor, heads: number) =>
  transpose(reshape(x, [x.shape[0] as number, x.shape[1] as number, heads, -1]), [0, 2, 1, 3]);

/** Attention weights `[batch, heads, queries, keys]`; a query that sees no key gets zeros, forward and backward. */
export function attentionWeights(query: Tensor, key: Tensor, { heads, visible }: AttentionOptions): Tensor {
  const q = split(query, heads);
  const scores = multiply(matmul(q, split(key, heads), { transposeB: true }), 1 / Math.sqrt(q.shape[3] as number));
  if (!visible) return softmax(scores);
  // A large finite fill: −Infinity would make a row without keys NaN; the row is then set to zero exactly.
  const weights = softmax(where(visible, scores, -1e30));
  return multiply(weights, max(cast(visible, 'float32'), { axes: -1, keep: true }));
}

/**
 * Scaled dot-product attention over several heads, `softmax(q·kᵀ/√d)·v` (Vaswani et al. 2017).
 *
 * @param query `[batch, queries, width]` @param key `[batch, keys, width]` @param value `[batch, keys, width]`
 * @returns `[batch, queries, width]`
 */
export function attention(query: Tensor, key: Tensor, value: Tensor, options: AttentionOptions): Tensor {
  const weights = dropout(attentionWeights(query, key, options), { rate: options.dropout ?? 0, key: options.key });
  const mixed = transpose(matmul(weights, split(value, options.heads)), [0, 2, 1, 3]);
  return reshape(mixed, [...query.shape.slice(0, 2), -1]);
}
