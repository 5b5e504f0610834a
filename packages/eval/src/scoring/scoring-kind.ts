import type { ScorableSentence } from './scorable-sentence.ts';

/** One row to put to a model: some tokens hidden, some asked for. */
export interface ScoringQuestion {
  /** Places whose token is replaced by [MASK]. */
  readonly hidden: readonly number[];
  /** Places whose token is asked for. */
  readonly places: readonly number[];
  /** Where the model's answer for each of them stands: the place itself, or the one before in a left-to-right model. */
  readonly targetPositions: readonly number[];
}

/**
 * A way of scoring a sentence: which rows are put to the model.
 *
 * @param places the places to score, rising
 */
export type ScoringKind = (sentence: ScorableSentence, places: readonly number[]) => Iterable<ScoringQuestion>;
