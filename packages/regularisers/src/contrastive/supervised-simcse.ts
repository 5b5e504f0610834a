import { add, concat, forkKey, multiply, type Tensor } from '@cloze/backend';
import type { Model, Objective } from '../objective/objective.ts';
import { withPasses } from '../objective/with-passes.ts';
import { checkNumbers } from '../strength/check-numbers.ts';
import { alignment } from './alignment.ts';
import { cosineSimilarities } from './cosine-similarities.ts';
import { findPartner } from './find-partner.ts';
import { identity } from './identity.ts';

/** Options of supervised SimCSE. */
export interface SupervisedSimcseOptions<B, R> {
  /** Premises, `[rows, ...]`. */
  readonly anchors: (batch: B) => R;
  /** What each anchor entails, row by row. */
  readonly positives: (batch: B) => R;
  /** What each anchor contradicts, row by row: candidates of all anchors. None: in-batch negatives only. */
  readonly hardNegatives?: (batch: B) => R;
  /** Added to the score of an anchor's own hard negative, after the temperature; default 0, as published. */
  readonly hardNegativeWeight?: number;
  /** τ > 0, default 0.05. */
  readonly temperature?: number;
}

/**
 * Supervised SimCSE (Gao, Yao, Chen 2021): each anchor finds its positive among all positives and all hard negatives of the batch.
 *
 * `−mean_i ln(e^{cos(a_i, p_i)/τ} / Σ_j [e^{cos(a_i, p_j)/τ} + e^{cos(a_i, n_j)/τ + w·1(i = j)}])`. Part: `alignment`, the mean cosine of
 * anchors and positives. Costs 3 forward and 3 backward, without hard negatives 2 and 2.
 *
 * @param model sentence vectors `[rows, width]` @throws {RangeError} for a temperature not positive, or a weight that is no number
 */
export function supervisedSimcse<P, B, R>(
  model: Model<P, R>,
  options: SupervisedSimcseOptions<B, R>,
): Objective<P, B, readonly Tensor[]> {
  const { anchors, positives, hardNegatives, hardNegativeWeight = 0, temperature = 0.05 } = options;
  checkNumbers('supervisedSimcse', { temperature }, { positive: true });
  if (!Number.isFinite(hardNegativeWeight))
    throw new RangeError(`supervisedSimcse: hardNegativeWeight must be a finite number, got ${hardNegativeWeight}.`);
  const calls = hardNegatives ? 3 : 2;
  return withPasses(
    (parameters, batch, key) => {
      const vectors = (rows: R, name: string) => model(parameters, rows, key && forkKey(key, name));
      const [a, p] = [vectors(anchors(batch), 'anchors'), vectors(positives(batch), 'positives')];
      const n = hardNegatives && vectors(hardNegatives(batch), 'hard negatives');
      const scores = multiply(cosineSimilarities(a, n ? concat([p, n]) : p), 1 / temperature);
      const [rows, columns] = scores.shape as [number, number];
      const own = identity(rows, columns, { offset: p.shape[0] as number });
      const weighted = n && hardNegativeWeight !== 0 ? add(scores, multiply(own, hardNegativeWeight)) : scores;
      return { loss: findPartner(weighted), parts: { alignment: alignment(a, p) }, output: n ? [a, p, n] : [a, p] };
    },
    { forward: calls, backward: calls },
  );
}
