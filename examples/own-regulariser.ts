import { entropyFromLogits, mean, negate, type Tensor } from '@cloze/backend';
import { addOutputTerm, type Regulariser, type Strength } from '@cloze/regularisers';
import { objectiveContract } from '@cloze/regularisers/contract';

/** Rewards predictions that are not too sure of themselves (Pereyra et al. 2017). */
export const confidencePenalty: Regulariser<{ logits: Tensor }, { beta?: Strength }> = (objective, { beta = 0.1 }) =>
  addOutputTerm(objective, 'negativeEntropy', ({ logits }) => negate(mean(entropyFromLogits(logits))), beta);

await objectiveContract(confidencePenalty, { beta: 0.1 });
