import { checkTexts } from '@cloze/checks';
import { checkReferences } from '../checks/references.ts';
import { sameLength } from '../checks/same-length.ts';

// The signs that CMRC2018's script takes for tokens of their own, and leaves out.
const signs = new Set('-:_*^/\\~`+=，。：？！“”；’《》…·、「」（）－～『』');
const isHan = (character: string) => /^[\u4e00-\u9fa5]$/.test(character);

const opening = /(^|[\s([{<])"/g;

/** Words of a stretch that is not Chinese, parted as NLTK's Treebank rules part words, numbers, quotes and punctuation. */
function wordsOf(text: string): string[] {
  return text
    .replace(opening, '$1 `` ')
    .replace(/\.{2,}/g, ' $& ')
    .replace(/([^.])\.([\])}>"'»”’ ]*)\s*$/, '$1 . $2 ')
    .replace(/"/g, " '' ")
    .replace(/,(?=\D|$)/g, ' , ')
    .replace(/[;@#$%&?![\](){}<>]/g, ' $& ')
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** Tokens as CMRC2018's script has them: Chinese characters and other words, its signs left out. */
function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  let held = '';
  const flush = () => {
    for (const word of wordsOf(held)) tokens.push(word);
    held = '';
  };
  for (const character of text.toLowerCase().trim()) {
    if (signs.has(character)) continue;
    if (isHan(character)) {
      flush();
      tokens.push(character);
    } else held += character;
  }
  flush();
  return tokens;
}

/** Tokens of the longest run that both have. */
function longestRun(a: readonly string[], b: readonly string[]): number {
  let before = new Int32Array(b.length + 1);
  let longest = 0;
  for (const token of a) {
    const now = new Int32Array(b.length + 1);
    for (let j = 0; j < b.length; j++) {
      if (b[j] !== token) continue;
      const run = (before[j] as number) + 1;
      now[j + 1] = run;
      if (run > longest) longest = run;
    }
    before = now;
  }
  return longest;
}

const bare = (text: string) => [...text.toLowerCase().trim()].filter((character) => !signs.has(character)).join('');

/**
 * F1 and exact match of answers as CMRC2018's script counts them (Cui et al. 2019): F1 of the longest run of tokens in common, `2·run / (said + meant)`, the best
 * over references; equal after lower case and without punctuation. The means over questions, 0 to 1. An empty reference is no answer: it is met by an
 * empty answer alone (SQuAD 2.0).
 *
 * Words that are not Chinese are parted by NLTK's Treebank rules for punctuation, numbers and quotes, but English contractions are not (don't is one word).
 *
 * @param references the accepted answers of each question
 * @throws {TypeError} for what is no text @throws {RangeError} for lists of different or zero length, and for a question without references
 */
export function spanScores(
  answers: readonly string[],
  references: readonly (string | readonly string[])[],
): { readonly f1: number; readonly exactMatch: number } {
  checkTexts('spanScores: answers', answers);
  checkReferences('spanScores', references);
  sameLength('spanScores', ['answers', answers], ['lists of references', references]);
  let [f1, exact] = [0, 0];
  for (const [i, answer] of answers.entries()) {
    const accepted = [references[i] as string | readonly string[]].flat();
    if (accepted.length === 0) throw new RangeError(`spanScores: references[${i}] is empty; give at least one answer.`);
    const said = tokensOf(answer);
    let best = 0;
    for (const reference of accepted) {
      const meant = tokensOf(reference);
      const run = longestRun(meant, said);
      if (run > 0) best = Math.max(best, (2 * run) / (said.length + meant.length));
      else if (reference === '' && answer === '') best = 1;
    }
    f1 += best;
    if (accepted.some((reference) => (reference === '' ? answer === '' : bare(reference) === bare(answer)))) exact++;
  }
  return { f1: f1 / answers.length, exactMatch: exact / answers.length };
}
