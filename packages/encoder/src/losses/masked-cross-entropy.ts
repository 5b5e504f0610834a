import {
  argMax,
  cast,
  divide,
  equal,
  greater,
  multiply,
  sparseCrossEntropy,
  sum,
  type Tensor,
  where,
} from '@cloze/backend';

/** A loss with what is needed to report it. All scalars. */
export interface MaskedLoss {
  /** Mean of `−ln p(target)` over targets; 0 without any. */
  readonly loss: Tensor;
  /** Number of targets predicted right. */
  readonly correct: Tensor;
  /** Number of targets. */
  readonly count: Tensor;
}

/**
 * Cross-entropy at the targets only: `Σ w·(−ln p(target)) / Σ w`.
 *
 * @param logits `[batch, slots, vocabulary]` @param targets int32 `[batch, slots]` @param weights `[batch, slots]`, 0 in empty slots
 */
export function maskedCrossEntropy(logits: Tensor, targets: Tensor, weights: Tensor): MaskedLoss {
  const count = sum(weights);
  return {
    loss: divide(sum(multiply(sparseCrossEntropy(logits, targets), weights)), where(greater(count, 0), count, 1)),
    correct: sum(multiply(cast(equal(argMax(logits), targets), 'float32'), weights)),
    count,
  };
}
