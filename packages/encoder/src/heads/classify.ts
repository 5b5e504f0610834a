import {
  cast,
  divide,
  dropout,
  forkKey,
  type Key,
  type LinearParameters,
  linear,
  maximum,
  multiply,
  reshape,
  slice,
  sum,
  type Tensor,
} from '@cloze/backend';

/** How a sequence becomes one vector. */
export type Pooling = 'first' | 'mean';

/** One vector a row: the first position, or the mean over real tokens. `[batch, length, width]` → `[batch, width]` */
export function pool(hidden: Tensor, attend: Tensor, pooling: Pooling): Tensor {
  const [batch, length, width] = hidden.shape as [number, number, number];
  if (pooling === 'first') return reshape(slice(hidden, [0, 0, 0], [batch, 1, width]), [batch, width]);
  const weights = reshape(cast(attend, 'float32'), [batch, length, 1]);
  return divide(sum(multiply(hidden, weights), { axes: 1 }), maximum(sum(weights, { axes: 1 }), 1));
}

/** Logits of classes from the pooled sequence, with dropout before the linear map. Returns `[batch, classes]`. */
export function classify(
  classifier: LinearParameters,
  hidden: Tensor,
  attend: Tensor,
  {
    pooling = 'first',
    dropout: rate = 0,
    key,
  }: { readonly pooling?: Pooling; readonly dropout?: number; readonly key?: Key | undefined } = {},
): Tensor {
  return linear(dropout(pool(hidden, attend, pooling), { rate, key: key && forkKey(key, 'classifier') }), classifier);
}
