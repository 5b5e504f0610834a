import { add, cast, divide, maximum, mean, multiply, reshape, sum, type Tensor } from '@cloze/backend';
import { addPart } from '../objective/add-part.ts';
import type { Objective } from '../objective/objective.ts';
import { passesOf } from '../objective/passes-of.ts';
import { withPasses } from '../objective/with-passes.ts';
import { checkNumbers } from '../strength/check-numbers.ts';
import type { Strength } from '../strength/strength.ts';
import { strengthAt } from '../strength/strength-at.ts';
import { maskedDeviation } from './masked-deviation.ts';

/** Options of the attention diversity loss. */
export interface AttentionDiversityOptions<B, O> {
  /** Attention weights in the model's output, of one layer or several, each `[batch, heads, queries, keys]` (`Encoded.weights`). */
  readonly weights: (output: O) => Tensor | readonly Tensor[];
  /** bool `[batch, length]`: true for real tokens; pads count neither as queries nor as keys. */
  readonly attend: (batch: B) => Tensor;
  /** λ ≥ 0. The source gives none: it must be chosen. */
  readonly weight: Strength<B>;
  /** `reward`: `L − λ·diversity`, diversity grows; `punish`: `L + λ·diversity`. The source leaves the sign open: it must be chosen. */
  readonly sign: 'reward' | 'punish';
  /**
   * `mean`: mean over keys of the deviation over queries (softmax attention), which rewards diversity (default); `spread`: the deviation
   * over keys of these deviations (sigmoid attention), which rewards keys that are looked at unequally: 0 for the identity too.
   */
  readonly of?: 'mean' | 'spread';
  /** 0: divide by n (default); 1: by n − 1, as PyTorch's std does. */
  readonly correction?: 0 | 1;
  /** ε > 0 inside the roots, default 1e-12: without it uniform attention has an infinite slope. */
  readonly epsilon?: number;
}

/**
 * Attention diversity (comment by Allen7575 on kexue.fm 7661): how differently the queries of a row look at each key.
 *
 * `div = mean_j std_i A_ij` over real queries i and keys j, then over heads, rows and layers; `L ∓ λ·div`. It needs the model's attention
 * weights and no pass. Part: `attentionDiversity`. Costs 1 forward, 1 backward.
 *
 * @throws {RangeError} for a negative weight or ε not positive @throws {TypeError} (on a call) for an objective without output
 */
export function attentionDiversity<P, B, O>(
  objective: Objective<P, B, O>,
  options: AttentionDiversityOptions<B, O>,
): Objective<P, B, O> {
  const { weights, attend, weight, sign, of = 'mean', correction = 0, epsilon = 1e-12 } = options;
  checkNumbers('attentionDiversity', { weight });
  checkNumbers('attentionDiversity', { epsilon }, { positive: true });
  if (weight === 0) return objective;
  return withPasses((parameters, batch, key) => {
    const value = objective(parameters, batch, key);
    if (value.output === undefined)
      throw new TypeError('attentionDiversity: the objective gives no output; build it with objectiveOf(model, loss).');
    const found = weights(value.output);
    const layers = Array.isArray(found) ? (found as readonly Tensor[]) : [found as Tensor];
    const real = cast(attend(batch), 'float32');
    const [rows, length] = real.shape as [number, number];
    const queries = reshape(real, [rows, 1, length, 1]);
    const keys = reshape(real, [rows, 1, 1, length]);
    const diversities = layers.map((layer) => {
      const deviations = maskedDeviation(layer, queries, { axis: 2, correction, epsilon });
      return of === 'spread'
        ? mean(maskedDeviation(deviations, keys, { axis: 3, correction, epsilon }))
        : mean(divide(sum(multiply(deviations, keys), { axes: 3 }), maximum(sum(keys, { axes: 3 }), 1)));
    });
    const diversity = multiply(
      diversities.reduce((a, b) => add(a, b)),
      1 / layers.length,
    );
    const signed = multiply(diversity, sign === 'reward' ? -1 : 1);
    return {
      ...value,
      loss: add(value.loss, multiply(signed, strengthAt(weight, batch))),
      parts: addPart(value.parts, 'attentionDiversity', diversity),
    };
  }, passesOf(objective));
}
