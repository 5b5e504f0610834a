import type { Tensor } from '@cloze/backend';
import {
  type EncoderConfig,
  type EncoderParameters,
  encode,
  type FamilyName,
  maskedCrossEntropy,
  predictTokens,
} from '@cloze/encoder';
import type { Objective, TaskOutput } from '@cloze/regularisers';

/** Masked rows with what is asked of them; slots of weight 0 ask nothing. */
export interface AskedBatch<T> {
  readonly ids: T;
  readonly segments: T;
  readonly attend: T;
  /** Where each token stands, for rows that lost tokens. */
  readonly positionIds?: T;
  /** int32 `[rows, slots]` */
  readonly targetPositions: T;
  /** int32 `[rows, slots]` */
  readonly targets: T;
  /** float32 `[rows, slots]` */
  readonly weights: T;
}

/** The cross-entropy of the targets, `Σ w·(−ln p(target)) / Σ w`. Parts: `correct` and `count` of the targets. */
export function languageModelObjective(
  family: FamilyName,
  config: EncoderConfig,
): Objective<EncoderParameters<Tensor>, AskedBatch<Tensor>, TaskOutput> {
  return (parameters, { targetPositions, targets, weights, ...rows }, key) => {
    const { hidden, weights: attention } = encode(family, parameters, rows, config, key);
    const logits = predictTokens(parameters, hidden, targetPositions, config);
    const { loss, correct, count } = maskedCrossEntropy(logits, targets, weights);
    return { loss, parts: { correct, count }, output: { logits, states: hidden, attention } };
  };
}
