import {
  concat,
  entropyFromLogits,
  forkKey,
  type Key,
  log,
  maximum,
  multiply,
  negate,
  reshape,
  softmax,
  sqrt,
  square,
  subtract,
  sum,
  type Tensor,
} from '@cloze/backend';
import { checkOptions, oneOf, real } from '@cloze/checks';
import type { Model } from '../objective/objective.ts';
import { type LogitsOutput, logitsOf } from '../objective/task-output.ts';
import { repeatRows } from '../pairs/repeat-rows.ts';
import { scaleKey } from '../pairs/scale-key.ts';
import { checkNumbers } from '../strength/check-numbers.ts';

/** Options of MC-dropout. */
export interface McDropoutOptions {
  /** Predictions that are averaged, K ≥ 1, default 10. */
  readonly samples?: number;
  /** `separate`: the model is called K times (default); `concatenated`: once, on K times the rows. */
  readonly arrangement?: 'separate' | 'concatenated';
}

/** What K predictions say, `[rows, classes]` and `[rows]`; entropies in nats. */
export interface McPrediction {
  /** Mean of the probabilities, not of the logits: the model average. */
  readonly probabilities: Tensor;
  /** Standard deviation of each class's probability over the samples, divided by K. */
  readonly deviation: Tensor;
  /** Entropy of the mean: all uncertainty. */
  readonly entropy: Tensor;
  /** Mean of the entropies: uncertainty that more data would not remove. */
  readonly expectedEntropy: Tensor;
  /** Their difference, ≥ 0 up to rounding: how far the samples disagree (BALD). */
  readonly mutualInformation: Tensor;
}

/**
 * MC-dropout prediction (Gal and Ghahramani 2016): dropout stays on, K predictions are averaged.
 *
 * `mean_k softmax(f(x, ε_k))`, the best predictor under squared loss for a model trained with dropout; dropout off is its first-order
 * approximation. A prediction, not an objective. Costs K forward.
 *
 * @param model logits `[rows, classes]` @returns a function of parameters, batch and key
 * @throws {RangeError} for K no positive integer
 */
export function mcDropout<P, B>(
  model: Model<P, B, LogitsOutput>,
  options: McDropoutOptions = {},
): (parameters: P, batch: B, key: Key) => McPrediction {
  checkOptions('mcDropout', options, { samples: real(), arrangement: oneOf(['separate', 'concatenated']) });
  const { samples = 10, arrangement = 'separate' } = options;

  checkNumbers('mcDropout', { samples }, { positive: true });
  if (!Number.isInteger(samples)) throw new RangeError(`mcDropout: samples must be an integer, got ${samples}.`);
  return (parameters, batch, key) => {
    const sample = (i: number) => logitsOf(model(parameters, batch, forkKey(key, `sample ${i}`)));
    const logits =
      arrangement === 'separate'
        ? concat(Array.from({ length: samples }, (_, i) => sample(i)))
        : logitsOf(model(parameters, repeatRows(batch, samples), scaleKey(forkKey(key, 'samples'), samples)));
    const [all, classes] = logits.shape as [number, number];
    const rows = all / samples;
    const average = (x: Tensor) => multiply(sum(x, { axes: 0 }), 1 / samples);
    const each = reshape(softmax(logits), [samples, rows, classes]);
    const probabilities = average(each);
    const entropy = negate(sum(multiply(probabilities, log(maximum(probabilities, 1e-37))), { axes: -1 }));
    const expectedEntropy = average(reshape(entropyFromLogits(logits), [samples, rows]));
    return {
      probabilities,
      deviation: sqrt(average(square(subtract(each, probabilities)))),
      entropy,
      expectedEntropy,
      mutualInformation: subtract(entropy, expectedEntropy),
    };
  };
}
