import { pearsonCorrelation } from '../metrics/pearson-correlation.ts';
import { spearmanCorrelation } from '../metrics/spearman-correlation.ts';
import { cosineSimilarity } from './cosine-similarity.ts';
import type { Vectors } from './vectors.ts';

/**
 * Semantic textual similarity: correlation of cosines with people's scores. Chinese SimCSE papers report Spearman's, T-TA Pearson's.
 *
 * @param first, second `[pairs][width]` @param scores of people, any scale
 * @throws {RangeError} for lists of different or zero length
 */
export function evaluateSts(
  first: Vectors,
  second: Vectors,
  scores: ArrayLike<number>,
): { readonly pearson: number; readonly spearman: number; readonly cosines: Float64Array } {
  if (first.length !== second.length || first.length !== scores.length || scores.length === 0)
    throw new RangeError(
      `evaluateSts: expected equally many first and second vectors and scores, at least one; got ${first.length}, ${second.length} and ${scores.length}.`,
    );
  const cosines = Float64Array.from(first, (a, i) => cosineSimilarity(a, second[i] as ArrayLike<number>));
  return {
    pearson: pearsonCorrelation(cosines, scores),
    spearman: spearmanCorrelation(cosines, scores),
    cosines,
  };
}
