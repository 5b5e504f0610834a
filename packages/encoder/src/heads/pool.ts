import { type LinearParameters, linear, reshape, slice, type Tensor, tanh } from '@cloze/backend';
import type { Activation } from '../config/encoder-config.ts';
import { activate } from '../layers/activate.ts';
import type { Linear } from '../parameters/parameter-tree.ts';
import { meanOverTokens } from './mean-over-tokens.ts';

/** One position of every row, the first or the last (padding or not): `[batch, length, width]` → `[batch, width]` */
export function positionOf(hidden: Tensor, position: 'first' | 'last'): Tensor {
  const [batch, length, width] = hidden.shape as [number, number, number];
  const column = position === 'first' ? 0 : length - 1;
  return reshape(slice(hidden, [0, column, 0], [batch, 1, width]), [batch, width]);
}

/** `f(W·x + b)`, what stands between a vector and its classifier. */
export function mapVector(x: Tensor, map: LinearParameters, activation: 'tanh' | Activation): Tensor {
  const mapped = linear(x, map);
  return activation === 'tanh' ? tanh(mapped) : activate(mapped, activation);
}

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
  const first = positionOf(hidden, 'first');
  if (pooling === 'first') return first;
  if (!pooler) throw new RangeError("pool: pooling 'pooler' needs the pooler's kernel and bias.");
  return mapVector(first, pooler, activation);
}
