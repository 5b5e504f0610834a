import { callable, checkOptions, checkTexts, flag, oneOf, type Rules, whole } from '@cloze/checks';
import { checkReferences } from '../checks/references.ts';
import { characters } from './characters.ts';
import { countNgrams } from './count-ngrams.ts';

/** How a text is cut, and what stands for a precision of 0. */
export interface BleuOptions {
  /** Text to tokens; default characters without white space. */
  readonly tokenize?: (text: string) => readonly string[];
  /** Longest n-gram, a whole number from 1, default 4. */
  readonly order?: number;
  /**
   * `method1`, the default: 0.1 matches (NLTK's method1, Chen and Cherry 2014); `exp`: 1/2 match for the first order without, then 1/4, … (sacreBLEU's
   * default, from mteval); `none`: the score is 0.
   */
  readonly smoothing?: 'method1' | 'exp' | 'none';
  /** Leave out orders that no candidate is long enough for, sacreBLEU's `effective_order`, what sentence BLEU is mostly meant with. Default false. */
  readonly effectiveOrder?: boolean;
}

const rules: Rules<BleuOptions> = {
  tokenize: callable,
  order: whole(1),
  smoothing: oneOf(['method1', 'exp', 'none']),
  effectiveOrder: flag,
};

/**
 * BLEU of a corpus (Papineni et al. 2002), 0 to 1: `min(1, exp(1 − r/c)) · exp(mean over n of ln precisionₙ)`, matches and lengths summed over
 * all candidates before dividing. One candidate alone gives sentence BLEU.
 *
 * With `method1` it equals NLTK's `corpus_bleu` and `sentence_bleu`, with `exp` or `none` sacreBLEU's divided by 100.
 *
 * @param references those of each candidate; the one of closest length counts for the brevity penalty, the shorter of two
 * @throws {TypeError} for what is no text
 * @throws {RangeError} for lists of different or zero length, or a candidate without reference
 */
export function bleu(
  candidates: readonly string[],
  references: readonly (string | readonly string[])[],
  options: BleuOptions = {},
): number {
  checkOptions('bleu', options, rules);
  const { tokenize = characters, order = 4, smoothing = 'method1', effectiveOrder = false } = options;
  checkTexts('bleu: candidates', candidates);
  checkReferences('bleu', references);
  if (candidates.length !== references.length || candidates.length === 0)
    throw new RangeError(
      `bleu: expected equally many candidates and lists of references, at least one; got ${candidates.length} and ${references.length}.`,
    );
  const matches = new Array<number>(order).fill(0);
  const totals = new Array<number>(order).fill(0);
  let [length, wanted, longest] = [0, 0, 0];
  for (const [i, candidate] of candidates.entries()) {
    const ours = tokenize(candidate);
    const theirs = [references[i] as string | readonly string[]].flat().map((reference) => tokenize(reference));
    if (theirs.length === 0) throw new RangeError(`bleu: references[${i}] is empty; give at least one.`);
    length += ours.length;
    longest = Math.max(longest, ours.length);
    wanted += theirs
      .map((reference) => reference.length)
      .sort((a, b) => Math.abs(a - ours.length) - Math.abs(b - ours.length) || a - b)[0] as number;
    for (let n = 1; n <= order; n++) {
      const counted = theirs.map((reference) => countNgrams(reference, n));
      for (const [ngram, count] of countNgrams(ours, n)) {
        matches[n - 1]! += Math.min(
          count,
          counted.reduce((most, counts) => Math.max(most, counts.get(ngram) ?? 0), 0),
        );
      }
      // NLTK counts a candidate too short for an n-gram as one miss, sacreBLEU not at all.
      totals[n - 1]! += Math.max(smoothing === 'method1' ? 1 : 0, ours.length - n + 1);
    }
  }
  if ((matches[0] as number) === 0) return 0;
  let [sum, halving] = [0, 1];
  const orders = effectiveOrder ? Math.min(order, longest) : order;
  for (const [n, total] of totals.slice(0, orders).entries()) {
    let match = matches[n] as number;
    if (total === 0) return 0;
    if (match === 0) match = smoothing === 'method1' ? 0.1 : smoothing === 'exp' ? 1 / (halving *= 2) : 0;
    sum += Math.log(match / total);
  }
  return (length > wanted ? 1 : Math.exp(1 - wanted / length)) * Math.exp(sum / orders);
}
