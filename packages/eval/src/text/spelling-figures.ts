import { checkTexts } from '@cloze/checks';
import { sameLength } from '../checks/same-length.ts';
import { characters } from './characters.ts';

/** Precision, recall and their harmonic mean; 0 where there is nothing to count. */
export interface SpellingFigures {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

function figuresOf(right: number, changed: number, wrong: number): SpellingFigures {
  const [precision, recall] = [changed === 0 ? 0 : right / changed, wrong === 0 ? 0 : right / wrong];
  return { precision, recall, f1: right === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

/** Places where two texts of one length differ, as a text. */
const placesOf = (a: readonly string[], b: readonly string[]): string =>
  a.flatMap((character, i) => (character === b[i] ? [] : [i])).join();

/**
 * Spelling correction by sentence, as SIGHAN's shared tasks count it: precision is over sentences that were changed, recall over those that are wrong.
 *
 * A sentence is detected where exactly its wrong characters were changed, corrected where it became the reference.
 *
 * @param written the sentences as they were written @param corrected what became of them @param references what is meant
 * @throws {TypeError} for what is no text {RangeError} for lists of different or zero length, and a sentence whose three texts have not as many characters, naming it
 */
export function spellingFigures(
  written: readonly string[],
  corrected: readonly string[],
  references: readonly string[],
): { readonly detection: SpellingFigures; readonly correction: SpellingFigures } {
  checkTexts('spellingFigures: written', written);
  checkTexts('spellingFigures: corrected', corrected);
  checkTexts('spellingFigures: references', references);
  sameLength('spellingFigures', ['written', written], ['corrected', corrected]);
  sameLength('spellingFigures', ['written', written], ['references', references]);
  let [changed, wrong, detected, right] = [0, 0, 0, 0];
  for (const [i, text] of written.entries()) {
    const before = characters(text);
    const after = characters(corrected[i] as string);
    const meant = characters(references[i] as string);
    if (before.length !== after.length || before.length !== meant.length)
      throw new RangeError(
        `spellingFigures: sentence ${i} has ${before.length} characters, corrected ${after.length}, its reference ${meant.length}; they must be as many.`,
      );
    const [made, due] = [placesOf(before, after), placesOf(before, meant)];
    if (made !== '') changed++;
    if (due !== '') wrong++;
    if (made !== '' && made === due) {
      detected++;
      if (placesOf(after, meant) === '') right++;
    }
  }
  return { detection: figuresOf(detected, changed, wrong), correction: figuresOf(right, changed, wrong) };
}
