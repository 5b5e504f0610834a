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

/** The target that does not count, Hugging Face's `ignore_index`: `maskedCrossEntropy` leaves it out, every other loss takes it for a mistake. */
export const ignoredTarget = -100;

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
 * Cross-entropy at the targets only: `Σ w·(−ln p(target)) / Σ w`, or over `divisor`.
 *
 * A target of −100 (`ignoredTarget`) counts as a slot of weight 0: it is neither in the sum nor in what that is divided by. Any other target
 * outside of the vocabulary makes the loss NaN, and a training step names it.
 *
 * @param logits `[batch, slots, vocabulary]` @param targets int32 `[batch, slots]` @param weights `[batch, slots]`, 0 in empty slots
 * @param divisor `[]`, above 0, what the sum is divided by where that is not the sum of weights: the tokens of all rows in masked diffusion
 */
export function maskedCrossEntropy(logits: Tensor, targets: Tensor, weights: Tensor, divisor?: Tensor): MaskedLoss {
  const ignored = equal(targets, ignoredTarget);
  const counted = where(ignored, 0, weights);
  const count = sum(counted);
  const losses = sparseCrossEntropy(logits, where(ignored, 0, targets));
  return {
    loss: divide(sum(multiply(losses, counted)), divisor ?? where(greater(count, 0), count, 1)),
    correct: sum(multiply(cast(equal(argMax(logits), targets), 'float32'), counted)),
    count,
  };
}
