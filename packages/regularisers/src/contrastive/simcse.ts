import { concat, multiply, type Tensor, where } from '@cloze/backend';
import { checkOptions, oneOf, real } from '@cloze/checks';
import type { Model, Objective } from '../objective/objective.ts';
import { type VectorOutput, vectorOf } from '../objective/task-output.ts';
import { withPasses } from '../objective/with-passes.ts';
import { evaluateTwice, type PairOptions, pairRules } from '../pairs/evaluate-twice.ts';
import { pairOf } from '../pairs/pair-of.ts';
import { checkNumbers } from '../strength/check-numbers.ts';
import { alignment } from './alignment.ts';
import { cosineSimilarities } from './cosine-similarities.ts';
import { findPartner } from './find-partner.ts';
import { identity } from './identity.ts';

/** Options of SimCSE. */
export interface SimcseOptions<B> extends PairOptions<B> {
  /** τ > 0, default 0.05. */
  readonly temperature?: number;
  /**
   * `paper`: each first vector finds its second one among the N second ones (default, the authors' code);
   * `both`: each of the 2N vectors finds its partner among the other 2N − 1 (kexue.fm 8348). Their losses are not comparable.
   */
  readonly candidates?: 'paper' | 'both';
}

/**
 * Unsupervised SimCSE (Gao, Yao, Chen 2021): two passes with different dropout, each sentence finds itself again among the batch.
 *
 * `−mean_i ln(e^{cos(h_i, h'_i)/τ} / Σ_j e^{cos(h_i, h'_j)/τ})`. An objective of its own; the authors' masked-language-model term is
 * `addTerm(simcse(…), 'maskedLanguageModel', …, 0.1)`. Part: `alignment`, the mean cosine of the pairs. Without dropout the pairs are
 * equal and there is little to learn; published dropout is 0.1 in English, 0.3 in Chinese. Costs 2 forward, 2 backward, or one of each over
 * twice the rows.
 *
 * @param model sentence vectors `[rows, width]` @param options.temperature τ, default 0.05
 * @throws {RangeError} for a temperature not positive
 */
export function simcse<P, B>(
  model: Model<P, B, VectorOutput>,
  options: SimcseOptions<B> = {},
): Objective<P, B, readonly [Tensor, Tensor]> {
  checkOptions('simcse', options, {
    ...pairRules,
    temperature: real(),
    candidates: oneOf(['paper', 'both']),
  });

  const { temperature = 0.05, candidates = 'paper', arrangement = 'separate' } = options;
  checkNumbers('simcse', { temperature }, { positive: true });
  const calls = arrangement === 'separate' ? 2 : 1;
  return withPasses(
    (parameters, batch, key) => {
      const vectors: Model<P, B> = (...operands) => vectorOf('simcse', model(...operands));
      const [first, second] = pairOf(evaluateTwice(vectors, [parameters, batch, key], options), options);
      const rows = first.shape[0] as number;
      const [left, right] =
        candidates === 'both' ? [concat([first, second]), concat([first, second])] : [first, second];
      const cosines = cosineSimilarities(left, right);
      const scores = multiply(cosines, 1 / temperature);
      const itself = identity(2 * rows, 2 * rows, { dtype: 'bool' });
      return {
        loss:
          candidates === 'both'
            ? findPartner(where(itself, -1e12, scores), (row) => (row + rows) % (2 * rows))
            : findPartner(scores),
        parts: { alignment: alignment(first, second) },
        output: [first, second],
      };
    },
    { forward: calls, backward: calls },
  );
}
