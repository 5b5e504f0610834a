import type { ScoringKind } from './scoring-kind.ts';

/** Log-likelihood `Σ ln p(xᵢ | x before i)` of a left-to-right model, one row: the answer for a token stands one place earlier. */
export const leftToRight: ScoringKind = function* (_, places) {
  // Nothing stands before the first token, so no model has an answer for it.
  const answered = places.filter((place) => place > 0);
  if (answered.length > 0) yield { hidden: [], places: answered, targetPositions: answered.map((place) => place - 1) };
};
