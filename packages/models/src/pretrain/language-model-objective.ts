import { maximum, sum, type Tensor } from '@cloze/backend';
import {
  causalRows,
  type EncoderConfig,
  type EncoderParameters,
  encode,
  type FamilyName,
  maskedCrossEntropy,
  predictTokens,
} from '@cloze/encoder';
import type { Objective, TaskOutput } from '@cloze/regularisers';
import type { AskedBatch } from './asked-batch.ts';

/** The cross-entropy of the targets, `Σ w·(−ln p(target)) / Σ w`, or over the batch's `divisors`. Parts: `correct` and `count` of the targets. */
export function languageModelObjective(
  family: FamilyName,
  config: EncoderConfig,
): Objective<EncoderParameters<Tensor>, AskedBatch<Tensor>, TaskOutput> {
  return (parameters, { targetPositions, targets, weights, divisors, causal, ...rows }, key) => {
    const { hidden, weights: attention } = encode(family, parameters, rows, config, key, {
      visible: causal && causalRows(causal, rows.attend),
    });
    const logits = predictTokens(parameters, hidden, targetPositions, config);
    const { loss, correct, count } = maskedCrossEntropy(
      logits,
      targets,
      weights,
      divisors && maximum(sum(divisors), 1),
    );
    return { loss, parts: { correct, count }, output: { logits, states: hidden, attention } };
  };
}
