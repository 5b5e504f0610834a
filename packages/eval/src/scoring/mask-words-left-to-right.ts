import type { ScoringKind } from './scoring-kind.ts';

/**
 * Pseudo-log-likelihood by words: a row for each token, with it and the later tokens of its word hidden, so that a word of several tokens is not
 * guessed from its own end (Kauf and Ivanova 2023, `within_word_l2r`).
 *
 * @throws {RangeError} for a sentence without `words`
 */
export const maskWordsLeftToRight: ScoringKind = function* ({ ids, wordNumbers, special, written }, places) {
  if (!wordNumbers)
    throw new RangeError('maskWordsLeftToRight: the sentence has no words; give the number of the word of each token.');
  for (const place of places) {
    const hidden = [place];
    for (
      let later = place + 1;
      later < ids.length && wordNumbers[later] === wordNumbers[place] && !special[place] && !written?.[later];
      later++
    )
      hidden.push(later);
    yield { hidden, places: [place], targetPositions: [place] };
  }
};
