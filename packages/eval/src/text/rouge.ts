import { callable, checkOptions, checkText, oneOf, type Rules } from '@cloze/checks';
import { characters } from './characters.ts';
import { countNgrams } from './count-ngrams.ts';
import { longestCommonSubsequence } from './longest-common-subsequence.ts';

/** Precision, recall and F of one ROUGE measure, 0 to 1. */
export interface RougeScore {
  readonly precision: number;
  readonly recall: number;
  readonly f: number;
}

/** The three usual measures. */
export interface RougeScores {
  readonly rouge1: RougeScore;
  readonly rouge2: RougeScore;
  readonly rougeL: RougeScore;
}

/** How a text is cut and counted. */
export interface RougeOptions {
  /** Text to tokens; default characters without white space, what Chinese titles are scored by. */
  readonly tokenize?: (text: string) => readonly string[];
  /** `distinct`, the default of PyPI `rouge` 1.0: each n-gram counts once; `clipped`: as often as both sides have it (Lin 2004). */
  readonly counting?: 'distinct' | 'clipped';
}

const rules: Rules<RougeOptions> = { tokenize: callable, counting: oneOf(['distinct', 'clipped']) };

// PyPI rouge's own guard against 0/0; it takes 1e-8/(p + r) off every F, which an equality to 1e-9 sees.
const guard = 1e-8;

function score(said: number, meant: number, common: number): RougeScore {
  const precision = said === 0 ? 0 : common / said;
  const recall = meant === 0 ? 0 : common / meant;
  return { precision, recall, f: 2 * ((precision * recall) / (precision + recall + guard)) };
}

/**
 * ROUGE-1, ROUGE-2 and ROUGE-L of a candidate against a reference (Lin 2004), as PyPI `rouge` 1.0.1 has them.
 *
 * Full stops "." end a sentence and are no token. ROUGE-L is its summary level: the union of longest common subsequences over pairs of sentences.
 * `clipped`, the union is rouge_score's, of which each token counts at most as often as both texts have it; PyPI's may be above 1. A candidate
 * without tokens scores 0, as in the scripts of CSL.
 *
 * @throws {TypeError} for what is no text @throws {RangeError} for a reference without tokens
 */
export function rouge(candidate: string, reference: string, options: RougeOptions = {}): RougeScores {
  checkOptions('rouge', options, rules);
  const { tokenize = characters, counting = 'distinct' } = options;
  checkText('rouge: the candidate', candidate);
  checkText('rouge: the reference', reference);
  const sentences = (text: string) =>
    text
      .split('.')
      .map((sentence) => tokenize(sentence))
      .filter(({ length }) => length > 0);
  const [said, meant] = [sentences(candidate), sentences(reference)];
  if (meant.length === 0) throw new RangeError(`rouge: the reference ${JSON.stringify(reference)} has no token.`);
  const size = (counts: Map<string, number>) =>
    counting === 'distinct' ? counts.size : [...counts.values()].reduce((a, b) => a + b, 0);
  const ofLength = (n: number): RougeScore => {
    const [ours, theirs] = [countNgrams(said.flat(), n), countNgrams(meant.flat(), n)];
    let common = 0;
    for (const [ngram, count] of ours) {
      const other = theirs.get(ngram) ?? 0;
      common += counting === 'distinct' ? Math.min(1, other) : Math.min(count, other);
    }
    return score(size(ours), size(theirs), common);
  };
  const count = (tokens: readonly string[]) => size(countNgrams(tokens, 1));
  return {
    rouge1: ofLength(1),
    rouge2: ofLength(2),
    rougeL: score(
      count(said.flat()),
      count(meant.flat()),
      counting === 'distinct' ? distinctInCommon(said, meant) : clippedInCommon(said, meant),
    ),
  };
}

type Sentences = readonly (readonly string[])[];

/** Different tokens that pairs of sentences share. */
function distinctInCommon(said: Sentences, meant: Sentences): number {
  const shared = meant.flatMap((theirs) =>
    said.flatMap((ours) => longestCommonSubsequence(theirs, ours).map((place) => theirs[place] as string)),
  );
  return new Set(shared).size;
}

/** The union of what each sentence of the reference shares with any of the candidate, a token at most as often as both texts have it. */
function clippedInCommon(said: Sentences, meant: Sentences): number {
  const left = [said, meant].map((sentences) => countNgrams(sentences.flat(), 1));
  let common = 0;
  for (const theirs of meant) {
    const places = new Set(said.flatMap((ours) => longestCommonSubsequence(theirs, ours, { ties: 'first' })));
    for (const place of [...places].sort((a, b) => a - b)) {
      const token = theirs[place] as string;
      if (left.some((counts) => (counts.get(token) ?? 0) === 0)) continue;
      for (const counts of left) counts.set(token, (counts.get(token) as number) - 1);
      common++;
    }
  }
  return common;
}
