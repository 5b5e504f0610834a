import { less, lessEqual, logicalAnd, reshape, type Tensor } from '@cloze/backend';
import { realKeys } from './real-keys.ts';

/**
 * Permutation order (XLNet, Yang et al. 2019): content sees what comes no later in the order, a query only what comes before.
 *
 * @param order int32 `[batch, length]`: the rank of each position @returns bools `[batch, 1, length, length]`
 */
export function permuted(order: Tensor, attend: Tensor): { readonly content: Tensor; readonly query: Tensor } {
  const [batch, length] = order.shape as [number, number];
  const keys = reshape(order, [batch, 1, 1, length]);
  const queries = reshape(order, [batch, 1, length, 1]);
  const real = realKeys(attend);
  return { content: logicalAnd(lessEqual(keys, queries), real), query: logicalAnd(less(keys, queries), real) };
}
