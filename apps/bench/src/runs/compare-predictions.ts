import { canonicalJson } from '@cloze/sweeps/node';
import type { PredictionSet } from '../recipes/parts/prediction-set.ts';
import type { Score } from './score-set.ts';

/** How a repeated run compares with the first. */
export type Repeat = 'identical' | 'within noise' | 'different';

/**
 * Compares predictions and figures of a run that was done twice.
 *
 * `identical`: every prediction. `within noise`: every figure within two standard errors of the examples (other machines and thread
 * counts round otherwise). Otherwise `different`.
 */
export function comparePredictions(
  first: { readonly predictions: readonly PredictionSet[] | undefined; readonly scores: readonly Score[] },
  second: { readonly predictions: readonly PredictionSet[] | undefined; readonly scores: readonly Score[] },
): Repeat {
  if (first.predictions && second.predictions && canonicalJson(first.predictions) === canonicalJson(second.predictions))
    return 'identical';
  const near = first.scores.every(({ set, metric, value, examples }) => {
    const other = second.scores.find((score) => score.set === set && score.metric === metric);
    if (!other) return false;
    const mean = examples.reduce((a, b) => a + b, 0) / (examples.length || 1);
    const variance = examples.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, examples.length - 1);
    return Math.abs(other.value - value) <= 2 * Math.sqrt(variance / (examples.length || 1));
  });
  return near && first.scores.length === second.scores.length ? 'within noise' : 'different';
}
