import { anything, callable, checkOptions, checkTexts, oneOf, real, whatIs } from '@cloze/checks';
import { countLevel, ngramAt } from './count-level.ts';
import { type NgramLevel, ngramLevel } from './ngram-level.ts';
import type { PmiEntry, PmiVocabulary } from './pmi-vocabulary.ts';
import { scoreNgram } from './score-ngram.ts';

/** How collocations are found. */
export interface PmiOptions {
  /** Longest n-gram in words, 2..8. Default 5. */
  readonly longest?: number;
  /** Least count of an n-gram, default 11 ("more than 10"). */
  readonly minimum?: number;
  /** Entries in all, default 800,000. */
  readonly size?: number;
  /** Share of `size` for n = 2, 3, …; default 0.5, 0.25, 0.125, 0.125. */
  readonly quotas?: readonly number[];
  /** 2 ranks by `p(g)²`, as the released lists do, and favours frequent n-grams. Default 1, the paper's formula. */
  readonly numeratorPower?: 1 | 2;
  /** Different n-grams counted at a time, 24 to 48 bytes each; more take further passes. Default 4,000,000. */
  readonly mostCounted?: number;
  /** Told after each length how many n-grams of it are frequent and how many passes it took. */
  readonly report?: (level: { readonly n: number; readonly frequent: number; readonly passes: number }) => void;
}

function problemsOf({ longest = 5, minimum = 11, size = 1, quotas = [], mostCounted = 1 }: PmiOptions): string[] {
  const problems: string[] = [];
  const whole = (name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER) => {
    if (!(Number.isInteger(value) && value >= least && value <= most))
      problems.push(`${name} must be an integer in [${least}, ${most}], got ${value}`);
  };
  whole('longest', longest, 2, 8);
  whole('minimum', minimum, 1);
  whole('size', size, 1);
  whole('mostCounted', mostCounted, 1);
  const sum = quotas.reduce((a, b) => a + b, 0);
  if (quotas.length > longest - 1 || !quotas.every((quota) => quota >= 0) || sum > 1 + 1e-9)
    problems.push(`quotas must be at most ${longest - 1} numbers ≥ 0 with a sum up to 1, got ${quotas.join(', ')}`);
  return problems;
}

/**
 * The collocations of a corpus for PMI masking (Levine et al. 2021), ranked for each length by `PMI_n`: see `scoreNgram`.
 *
 * p(g) is the count of g over the number of all n-grams of its length, counted before rare ones are left out. No n-gram crosses the end
 * of a sentence. The corpus is read once for words and once or more for each length; memory depends on the number of different words
 * and of frequent n-grams and on `mostCounted`, not on the corpus.
 *
 * @param sentences gives the sentences anew at each call, each as its words
 * @throws {TypeError} for what is no function, or a sentence that is no list of words
 * @throws {RangeError} naming every option out of range, or where a later call gives other sentences than the first: what can be read once only
 */
export function buildPmiVocabulary(
  sentences: () => Iterable<readonly string[]>,
  options: PmiOptions = {},
): PmiVocabulary {
  checkOptions('buildPmiVocabulary', options, {
    longest: real(),
    minimum: real(),
    size: real(),
    quotas: anything,
    numeratorPower: oneOf([1, 2]),
    mostCounted: real(),
    report: callable,
  });
  const { longest = 5, minimum = 11, size = 800_000, numeratorPower = 1, mostCounted = 4_000_000, report } = options;
  const { quotas = [0.5, 0.25, 0.125, 0.125].slice(0, longest - 1) } = options;
  const problems = problemsOf({ ...options, quotas });
  if (problems.length > 0) throw new RangeError(`buildPmiVocabulary: ${problems.join('; ')}.`);

  if (typeof sentences !== 'function')
    throw new TypeError(
      `buildPmiVocabulary: expected a function that gives the sentences anew at each call, got ${whatIs(sentences)}.`,
    );
  const totals = new Array<number>(longest).fill(0);
  const wordCounts = new Map<string, number>();
  let [sentencesSeen, wordsSeen] = [0, 0];
  for (const words of sentences()) {
    checkTexts(`buildPmiVocabulary: sentence ${sentencesSeen++}`, words);
    wordsSeen += words.length;
    for (const word of words) wordCounts.set(word, (wordCounts.get(word) ?? 0) + 1);
    for (let n = 1; n <= longest; n++) totals[n - 1] = (totals[n - 1] as number) + Math.max(0, words.length - n + 1);
  }
  const frequent = [...wordCounts].filter(([, count]) => count >= minimum);
  wordCounts.clear();
  const text = frequent.map(([word]) => word);
  const idOf = new Map(text.map((word, id) => [word, id]));
  const ids = function* () {
    let [again, wordsAgain] = [0, 0];
    for (const words of sentences()) {
      again++;
      wordsAgain += words.length;
      const sentence = new Int32Array(words.length);
      for (let i = 0; i < words.length; i++) sentence[i] = idOf.get(words[i] as string) ?? -1;
      yield sentence;
    }
    // A pass that was left early, to be taken again in more parts, does not come here.
    if (again !== sentencesSeen || wordsAgain !== wordsSeen)
      throw new RangeError(
        `buildPmiVocabulary: sentences() gave ${sentencesSeen} sentences of ${wordsSeen} words at first, ${again} of ${wordsAgain} when called again; give a function that begins anew each time.`,
      );
  };
  const vocabulary = text.length;
  const levels: NgramLevel[] = [
    ngramLevel(
      Float64Array.from(text.keys()),
      Int32Array.from(frequent, ([, count]) => count),
    ),
  ];
  for (let n = 2; n <= longest; n++) {
    const { level, passes } = countLevel(ids, { levels, n, vocabulary, minimum, most: mostCounted });
    levels.push(level);
    report?.({ n, frequent: level.keys.length, passes });
  }

  const entries: PmiEntry[] = [];
  for (let n = 2; n <= longest; n++) {
    const level = levels[n - 1] as NgramLevel;
    const wordsOf = (index: number): Int32Array => {
      const words = new Int32Array(n);
      for (let [entry, k] = [index, n - 1]; k >= 0; k--) {
        const key = k === 0 ? entry : ((levels[k] as NgramLevel).keys[entry] as number);
        words[k] = key % vocabulary;
        entry = Math.floor(key / vocabulary);
      }
      return words;
    };
    const scores = Float64Array.from(level.keys, (_, index) => {
      const words = wordsOf(index);
      const logProbability = (from: number, to: number) => {
        const part = levels[to - from - 1] as NgramLevel;
        const entry = ngramAt(levels, vocabulary, { ids: words, from, n: to - from });
        return Math.log((part.counts[entry] as number) / (totals[to - from - 1] as number));
      };
      return scoreNgram(logProbability, { n, numeratorPower });
    });
    const ranked = Int32Array.from(scores.keys()).sort(
      (a, b) =>
        (scores[b] as number) - (scores[a] as number) ||
        (level.counts[b] as number) - (level.counts[a] as number) ||
        a - b,
    );
    for (const index of ranked.subarray(0, Math.round(size * (quotas[n - 2] ?? 0)))) {
      entries.push({
        words: Array.from(wordsOf(index), (word) => text[word] as string),
        count: level.counts[index] as number,
        score: scores[index] as number,
      });
    }
  }
  return { entries, numeratorPower, minimum, totals };
}
