import {
  dropout,
  forkKey,
  type Key,
  type LinearParameters,
  linear,
  reshape,
  slice,
  type Tensor,
  tanh,
} from '@cloze/backend';
import type { Activation } from '../config/encoder-config.ts';
import { activate } from '../layers/activate.ts';
import type { Linear } from '../parameters/parameter-tree.ts';
import { meanOverTokens } from './mean-over-tokens.ts';

/** How a sequence becomes one vector. */
export type Pooling = 'first' | 'mean' | 'pooler';

/**
 * One vector a row: the first position; the mean over real tokens; or `f(W·first + b)`, BERT's pooler with f = tanh. `[batch, length, width]` → `[batch, width]`
 *
 * RoBERTa's classifier is the same with its own W; ELECTRA's has f = gelu.
 *
 * @throws {RangeError} when pooling is `pooler` and none is given
 */
export function pool(
  hidden: Tensor,
  attend: Tensor,
  pooling: Pooling,
  pooler?: Linear<Tensor>,
  activation: 'tanh' | Activation = 'tanh',
): Tensor {
  if (pooling === 'mean') return meanOverTokens(hidden, attend);
  const [batch, , width] = hidden.shape as [number, number, number];
  const first = reshape(slice(hidden, [0, 0, 0], [batch, 1, width]), [batch, width]);
  if (pooling === 'first') return first;
  if (!pooler) throw new RangeError("pool: pooling 'pooler' needs the pooler's kernel and bias.");
  const mapped = linear(first, pooler);
  return activation === 'tanh' ? tanh(mapped) : activate(mapped, activation);
}

/** Choices of the classification head. */
export interface ClassifyOptions {
  /** Default `first`. */
  readonly pooling?: Pooling;
  readonly pooler?: Linear<Tensor>;
  /** Of the pooler; default `tanh`. */
  readonly poolerActivation?: 'tanh' | Activation;
  /** Dropout before the linear map, default 0. */
  readonly dropout?: number;
  readonly key?: Key | undefined;
}

/** Logits of classes from the pooled sequence, with dropout before the linear map. Returns `[batch, classes]`; pairs are two segments of one row. */
export function classify(
  classifier: LinearParameters,
  hidden: Tensor,
  attend: Tensor,
  { pooling = 'first', pooler, poolerActivation, dropout: rate = 0, key }: ClassifyOptions = {},
): Tensor {
  const pooled = pool(hidden, attend, pooling, pooler, poolerActivation);
  return linear(dropout(pooled, { rate, key: key && forkKey(key, 'classifier') }), classifier);
}
