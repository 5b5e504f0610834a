import type { ScoringKind } from './scoring-kind.ts';

/**
 * A way of scoring put to a model whose output before a token names it though it sees the whole row (masked next-token prediction, GPT-BERT): the same
 * rows, each answer one place earlier. The first token of a row, which nothing stands before, is not scored.
 */
export function onePlaceEarlier(kind: ScoringKind): ScoringKind {
  return function* (sentence, places) {
    const answered = places.filter((place) => place > 0);
    for (const question of kind(sentence, answered))
      yield { ...question, targetPositions: question.targetPositions.map((place) => place - 1) };
  };
}
