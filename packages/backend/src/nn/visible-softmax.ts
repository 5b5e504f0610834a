import { BackendError } from '../errors.ts';
import type { Tensor } from '../expression/tensor.ts';
import { cast, multiply, where } from '../operations/elementwise.ts';
import { max } from '../operations/reductions.ts';
import { softmax } from '../operations/softmax.ts';

/**
 * Softmax over the last axis among visible entries; a row where nothing is visible gives zeros, forward and backward, not NaN.
 *
 * @param scores `[batch, heads, queries, keys]` @param visible bool, broadcastable to the scores; none means all
 * @throws {BackendError} when `visible` is not bool
 */
export function visibleSoftmax(scores: Tensor, visible: Tensor | undefined): Tensor {
  if (!visible) return softmax(scores);
  if (visible.dtype !== 'bool')
    throw new BackendError(`visible must be bool (true where a query may see a key), got ${visible.dtype}.`);
  // A large finite fill: −Infinity would make a row without keys NaN; the row is then set to zero exactly.
  const weights = softmax(where(visible, scores, -1e30));
  return multiply(weights, max(cast(visible, 'float32'), { axes: -1, keep: true }));
}
