import { multiply, type Tensor } from '@cloze/backend';
import { anything, callable, checkOptions, oneOf, type Rules } from '@cloze/checks';
import type { Divergence } from '../divergences/divergence.ts';
import { twoSided } from '../divergences/two-sided.ts';
import type { Model, Objective } from '../objective/objective.ts';
import { type LogitsOutput, logitsOf } from '../objective/task-output.ts';
import { withPasses } from '../objective/with-passes.ts';
import { evaluateTwice, type PairOptions, pairRules } from '../pairs/evaluate-twice.ts';
import { meanDistance, pairOf } from '../pairs/pair-of.ts';

/** Options of a consistency objective. */
export interface ConsistencyOptions<B> extends PairOptions<B> {
  /** Default `kl`, both ways. */
  readonly divergence?: Divergence;
  /** `sum`: mean of `D(p, q) + D(q, p)`, the published code (default); `mean`: half of that. */
  readonly scaling?: 'sum' | 'mean';
  /** float32 weights of rows or tokens; default all equal. */
  readonly weights?: (batch: B) => Tensor;
}

/** What options of a consistency objective must be. @internal */
export const consistencyRules: Rules<ConsistencyOptions<unknown>> = {
  ...pairRules,
  divergence: anything,
  scaling: oneOf(['sum', 'mean']),
  weights: callable,
};

/**
 * An objective without labels: how far two passes with different dropout are apart, `mean[D(p, q) + D(q, p)]`.
 *
 * The unlabelled half of semi-supervised R-Drop, for code that alternates labelled and unlabelled steps, each with its own optimiser
 * (the published way). Part: `divergence`, the mean of ½[D(p, q) + D(q, p)]. Costs 2 forward, 2 backward, or one of each over twice the rows.
 *
 * @param model logits of a batch without labels, by themselves or in an output
 * @throws {RangeError} for an option that there is not, or one that is none of its values
 */
export function consistency<P, B>(
  model: Model<P, B, LogitsOutput>,
  options: ConsistencyOptions<B> = {},
): Objective<P, B, readonly [Tensor, Tensor]> {
  checkOptions('consistency', options, consistencyRules);
  const { divergence = 'kl', scaling = 'sum', arrangement = 'separate' } = options;
  const distance = twoSided(divergence);
  const calls = arrangement === 'separate' ? 2 : 1;
  return withPasses(
    (parameters, batch, key) => {
      const logits: Model<P, B> = (...operands) => logitsOf(model(...operands));
      const pair = pairOf(evaluateTwice(logits, [parameters, batch, key], options), options);
      const apart = meanDistance(distance(...pair), batch, options);
      return { loss: scaling === 'sum' ? multiply(apart, 2) : apart, parts: { divergence: apart }, output: pair };
    },
    { forward: calls, backward: calls },
  );
}
