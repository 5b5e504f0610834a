import { add, concat, forkKey, multiply, slice, type Tensor } from '@cloze/backend';
import { callable, checkOptions, needed, oneOf, real } from '@cloze/checks';
import type { Model, Objective } from '../objective/objective.ts';
import { type VectorOutput, vectorOf } from '../objective/task-output.ts';
import { withPasses } from '../objective/with-passes.ts';
import { concatRows } from '../pairs/concat-rows.ts';
import { scaleKey } from '../pairs/scale-key.ts';
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
  /** `separate`: the model is called for each kind (default); `concatenated`: once for all, whose tensors must have the same columns. */
  readonly arrangement?: 'separate' | 'concatenated';
}

/** Names of the keys that separate calls have. */
const names = ['anchors', 'positives', 'hard negatives'];

const splitRows = (x: Tensor, pieces: number): Tensor[] => {
  const [all = 0, width = 0] = x.shape;
  const rows = all / pieces;
  return Array.from({ length: pieces }, (_, i) => slice(x, [i * rows, 0], [rows, width]));
};

/**
 * Supervised SimCSE (Gao, Yao, Chen 2021): each anchor finds its positive among all positives and all hard negatives of the batch.
 *
 * `−mean_i ln(e^{cos(a_i, p_i)/τ} / Σ_j [e^{cos(a_i, p_j)/τ} + e^{cos(a_i, n_j)/τ + w·1(i = j)}])`. Part: `alignment`, the mean cosine of
 * anchors and positives. Costs 3 forward and 3 backward, without hard negatives 2 and 2; joined one of each over all rows.
 *
 * @param model sentence vectors `[rows, width]` @throws {RangeError} for a temperature not positive, or a weight that is no number
 */
export function supervisedSimcse<P, B, R>(
  model: Model<P, R, VectorOutput>,
  options: SupervisedSimcseOptions<B, R>,
): Objective<P, B, readonly Tensor[]> {
  checkOptions('supervisedSimcse', options, {
    anchors: needed(callable),
    positives: needed(callable),
    hardNegatives: callable,
    hardNegativeWeight: real(),
    temperature: real(),
    arrangement: oneOf(['separate', 'concatenated']),
  });

  const { anchors, positives, hardNegatives, hardNegativeWeight = 0 } = options;
  const { temperature = 0.05, arrangement = 'separate' } = options;
  checkNumbers('supervisedSimcse', { temperature }, { positive: true });
  if (!Number.isFinite(hardNegativeWeight))
    throw new RangeError(`supervisedSimcse: hardNegativeWeight must be a finite number, got ${hardNegativeWeight}.`);
  const calls = arrangement === 'concatenated' ? 1 : hardNegatives ? 3 : 2;
  return withPasses(
    (parameters, batch, key) => {
      const vectors: Model<P, R> = (...operands) => vectorOf('supervisedSimcse', model(...operands));
      const kinds = [anchors(batch), positives(batch), ...(hardNegatives ? [hardNegatives(batch)] : [])];
      const own = (name: string) => key && forkKey(key, name);
      const joined = own('sentences');
      const found =
        arrangement === 'concatenated'
          ? splitRows(vectors(parameters, concatRows(kinds), joined && scaleKey(joined, kinds.length)), kinds.length)
          : kinds.map((rows, i) => vectors(parameters, rows, own(names[i] as string)));
      const [a, p] = found as [Tensor, Tensor];
      const n = found[2];
      const scores = multiply(cosineSimilarities(a, n ? concat([p, n]) : p), 1 / temperature);
      const [rows, columns] = scores.shape as [number, number];
      const hardest = identity(rows, columns, { offset: p.shape[0] as number });
      const weighted = n && hardNegativeWeight !== 0 ? add(scores, multiply(hardest, hardNegativeWeight)) : scores;
      return { loss: findPartner(weighted), parts: { alignment: alignment(a, p) }, output: n ? [a, p, n] : [a, p] };
    },
    { forward: calls, backward: calls },
  );
}
