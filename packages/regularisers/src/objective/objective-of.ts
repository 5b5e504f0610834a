import type { Tensor } from '@cloze/backend';
import type { Model, Objective } from './objective.ts';

/**
 * The objective of a model and a loss: one forward pass, whose output later regularisers find in `output`.
 *
 * @param model parameters, batch, key → output @param loss output, batch → scalar, such as `mean(sparseCrossEntropy(logits, labels))`
 */
export function objectiveOf<P, B, O>(model: Model<P, B, O>, loss: (output: O, batch: B) => Tensor): Objective<P, B, O> {
  return (parameters, batch, key) => {
    const output = model(parameters, batch, key);
    const value = loss(output, batch);
    return { loss: value, parts: { plainLoss: value }, output };
  };
}
