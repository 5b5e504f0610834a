import { cast, divide, maximum, multiply, reshape, sum, type Tensor } from '@cloze/backend';

/** The mean over real tokens; zeros for a row without any. `[batch, length, width]` → `[batch, width]` */
export function meanOverTokens(hidden: Tensor, attend: Tensor): Tensor {
  const weights = reshape(cast(attend, 'float32'), [...attend.shape, 1]);
  return divide(sum(multiply(hidden, weights), { axes: 1 }), maximum(sum(weights, { axes: 1 }), 1));
}
