import type { Tensor } from '../expression/tensor.ts';
import { multiply } from '../operations/elementwise.ts';
import { matmul } from '../operations/matmul.ts';
import type { Key } from '../operations/random.ts';
import { dropout } from './dropout.ts';
import { mergeHeads, splitHeads } from './heads.ts';
import { visibleSoftmax } from './visible-softmax.ts';

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

/** Attention weights `[batch, heads, queries, keys]`; a query that sees no key gets zeros, forward and backward. */
export function attentionWeights(query: Tensor, key: Tensor, { heads, visible }: AttentionOptions): Tensor {
  const q = splitHeads(query, heads);
  const scores = multiply(matmul(q, splitHeads(key, heads), { transposeB: true }), 1 / Math.sqrt(q.shape[3] as number));
  return visibleSoftmax(scores, visible);
}

/**
 * Scaled dot-product attention over several heads, `softmax(q·kᵀ/√d)·v` (Vaswani et al. 2017).
 *
 * @param query `[batch, queries, width]` @param key `[batch, keys, width]` @param value `[batch, keys, width]`
 * @returns `[batch, queries, width]`
 */
export function attention(query: Tensor, key: Tensor, value: Tensor, options: AttentionOptions): Tensor {
  const weights = dropout(attentionWeights(query, key, options), { rate: options.dropout ?? 0, key: options.key });
  return mergeHeads(matmul(weights, splitHeads(value, options.heads)));
}
