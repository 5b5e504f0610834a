import { multiply, type Tensor } from '@cloze/backend';
import type { Divergence } from '../divergences/divergence.ts';
import { twoSided } from '../divergences/two-sided.ts';
import type { Model, Objective } from '../objective/objective.ts';
import { weightedMean } from '../objective/weighted-mean.ts';
import { withPasses } from '../objective/with-passes.ts';
import { evaluateTwice, type PairOptions } from '../pairs/evaluate-twice.ts';
import { splitPair } from '../pairs/split-pair.ts';

/** Options of a consistency objective. */
export interface ConsistencyOptions<B> extends PairOptions<B> {
  /** Default `kl`, both ways. */
  readonly divergence?: Divergence;
  /** `sum`: mean of `D(p, q) + D(q, p)`, the published code (default); `mean`: half of that. */
  readonly scaling?: 'sum' | 'mean';
  /** float32 weights of rows or tokens; default all equal. */
  readonly weights?: (batch: B) => Tensor;
}

/**
 * An objective without labels: how far two passes with different dropout are apart, `mean[D(p, q) + D(q, p)]`.
 *
 * The unlabelled half of semi-supervised R-Drop, for code that alternates labelled and unlabelled steps, each with its own optimiser
 * (the published way). Part: `divergence`, the mean of ½[D(p, q) + D(q, p)]. Costs 2 forward, 2 backward, or one of each over twice the rows.
 *
 * @param model logits of a batch without labels
 */
export function consistency<P, B>(
  model: Model<P, B>,
  options: ConsistencyOptions<B> = {},
): Objective<P, B, readonly [Tensor, Tensor]> {
  const { divergence = 'kl', scaling = 'sum', weights, arrangement = 'separate' } = options;
  const distance = twoSided(divergence);
  const calls = arrangement === 'separate' ? 2 : 1;
  return withPasses(
    (parameters, batch, key) => {
      const [first, second] = evaluateTwice(model, [parameters, batch, key], options);
      const halves = arrangement === 'separate' ? undefined : arrangement;
      const pair = halves ? splitPair(first, halves) : ([first, second ?? first] as const);
      const chosen = weights?.(batch);
      const rows = chosen && halves && options.doubled ? splitPair(chosen, halves)[0] : chosen;
      const apart = weightedMean(distance(...pair), rows);
      return { loss: scaling === 'sum' ? multiply(apart, 2) : apart, parts: { divergence: apart }, output: pair };
    },
    { forward: calls, backward: calls },
  );
}
