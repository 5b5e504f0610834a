import { add, multiply, type Tensor } from '@cloze/backend';
import type { Encoded } from '../layers/batch.ts';
import type { Linear } from '../parameters/parameter-tree.ts';
import { meanOverTokens } from './mean-over-tokens.ts';
import { pool } from './pool.ts';

/** SimCSE's four ways to a sentence vector: first token, pooler, mean of the last layer, mean of the first and last layers'. */
export type SentencePooling = 'first' | 'pooler' | 'mean' | 'first-last';

/**
 * A sentence vector, `[batch, width]`.
 *
 * `first-last` is the mean over real tokens of the first and last block's outputs, averaged: of the *first block*, as in Su's BERT-flow
 * and SimCSE code, not of the embeddings.
 *
 * @throws {RangeError} for `pooler` without its weights
 */
export function embedSentence(
  { hidden, states }: Pick<Encoded, 'hidden' | 'states'>,
  attend: Tensor,
  pooling: SentencePooling,
  pooler?: Linear<Tensor>,
): Tensor {
  if (pooling !== 'first-last') return pool(hidden, attend, pooling, pooler);
  const firstBlock = states[1] ?? hidden;
  return multiply(add(meanOverTokens(firstBlock, attend), meanOverTokens(hidden, attend)), 0.5);
}
