import { callable, checkOptions, checkTexts } from '@cloze/checks';
import { sameLength } from '../checks/same-length.ts';
import { characters } from './characters.ts';

/** Fewest insertions, deletions and substitutions that turn one list into the other (Levenshtein 1966). */
function distance(first: readonly string[], second: readonly string[]): number {
  let row = Uint32Array.from({ length: second.length + 1 }, (_, j) => j);
  for (let i = 1; i <= first.length; i++) {
    const next = new Uint32Array(row.length);
    next[0] = i;
    for (let j = 1; j <= second.length; j++) {
      const replaced = (row[j - 1] as number) + (first[i - 1] === second[j - 1] ? 0 : 1);
      next[j] = Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1);
    }
    row = next;
  }
  return row[second.length] as number;
}

/**
 * Edits per reference token over a corpus, `Σ distance / Σ reference length`: character error rate by default, word error rate with
 * a tokenizer of words. 0 is perfect; more than 1 is possible.
 *
 * @throws {TypeError} for what is no text @throws {RangeError} for lists of different or zero length, or references without any token
 */
export function errorRate(
  candidates: readonly string[],
  references: readonly string[],
  options: { readonly tokenize?: (text: string) => readonly string[] } = {},
): number {
  checkOptions('errorRate', options, { tokenize: callable });
  const { tokenize = characters } = options;
  checkTexts('errorRate: candidates', candidates);
  checkTexts('errorRate: references', references);
  sameLength('errorRate', ['candidates', candidates], ['references', references]);
  let [edits, tokens] = [0, 0];
  for (const [i, candidate] of candidates.entries()) {
    const reference = tokenize(references[i] as string);
    edits += distance(tokenize(candidate), reference);
    tokens += reference.length;
  }
  if (tokens === 0) throw new RangeError('errorRate: the references have no token.');
  return edits / tokens;
}
