import { callable, checkOptions, checkTexts } from '@cloze/checks';
import { checkReferences } from '../checks/references.ts';
import { sameLength } from '../checks/same-length.ts';

/**
 * Share of answers equal to at least one of their references, 0 to 1 (Rajpurkar et al. 2016).
 *
 * @param references the accepted answers of each question
 * @param options.normalise applied to both sides first; default nothing
 * @throws {TypeError} for what is no text @throws {RangeError} for lists of different or zero length, and for a question without references
 */
export function exactMatch(
  answers: readonly string[],
  references: readonly (string | readonly string[])[],
  options: { readonly normalise?: (text: string) => string } = {},
): number {
  checkOptions('exactMatch', options, { normalise: callable });
  const { normalise = (text: string) => text } = options;
  checkTexts('exactMatch: answers', answers);
  checkReferences('exactMatch', references);
  sameLength('exactMatch', ['answers', answers], ['lists of references', references]);
  let right = 0;
  for (const [i, answer] of answers.entries()) {
    const accepted = [references[i] as string | readonly string[]].flat();
    if (accepted.length === 0) throw new RangeError(`exactMatch: references[${i}] is empty; give at least one answer.`);
    const said = normalise(answer);
    if (accepted.some((reference) => normalise(reference) === said)) right++;
  }
  return right / answers.length;
}
