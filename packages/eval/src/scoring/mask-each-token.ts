import type { ScoringKind } from './scoring-kind.ts';

/** Pseudo-log-likelihood `Σ ln p(xᵢ | x without xᵢ)`: a row for each token, that token hidden (Wang and Cho 2019; Salazar et al. 2020). */
export const maskEachToken: ScoringKind = function* (_, places) {
  for (const place of places) yield { hidden: [place], places: [place], targetPositions: [place] };
};
