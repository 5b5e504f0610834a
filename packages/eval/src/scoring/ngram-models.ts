import { checkText, checkTexts } from '@cloze/checks';

/** A model of characters (code points) in closed form. */
export interface NgramModel {
  readonly name: 'unigram' | 'bigram' | 'bigram, both sides';
  /** What it sees of a text when it gives a character its probability. */
  readonly sees: string;
  /** `ln p` of each character of a text, for `perplexity`. @throws {TypeError} for what is no text @throws {RangeError} for a character that was never counted */
  logProbabilities(text: string): number[];
}

/** Different characters at most: pairs are counted in a table of their square, 400 MB at so many, held twice while the models are made. */
const mostCharacters = 10_000;

/** Counts of characters and of neighbours; 0 is the edge of a text. */
interface Counts {
  readonly numberOf: ReadonlyMap<string, number>;
  /** Characters and the edge. */
  readonly size: number;
  /** Characters counted. */
  readonly total: number;
  readonly singles: Uint32Array;
  /** `[size, size]`, first before second. */
  readonly pairs: Uint32Array;
}

function countTexts(texts: Iterable<string>, numberOf: ReadonlyMap<string, number>): Counts {
  const size = numberOf.size + 1;
  const [singles, pairs] = [new Uint32Array(size), new Uint32Array(size * size)];
  let total = 0;
  const follow = (before: number, after: number) => {
    singles[before] = (singles[before] as number) + 1;
    pairs[before * size + after] = (pairs[before * size + after] as number) + 1;
  };
  for (const text of texts) {
    let before = 0;
    for (const character of text) {
      const after = numberOf.get(character) as number;
      follow(before, after);
      before = after;
      total++;
    }
    follow(before, 0);
  }
  return { numberOf, size, total, singles, pairs };
}

/** A text as numbers between two edges. */
function numbersOf(text: string, { numberOf }: Counts): number[] {
  checkText('ngramModels: the text', text);
  const inner = Array.from(text, (character) => {
    const number = numberOf.get(character);
    if (number === undefined) throw new RangeError(`ngramModels: '${character}' of '${text}' was never counted.`);
    return number;
  });
  return [0, ...inner, 0];
}

/** `p(x) = (n(x) + k) / (N + k·V)`, V the number of characters. */
function unigram(counts: Counts, k: number): NgramModel {
  const { singles, total, size } = counts;
  return {
    name: 'unigram',
    sees: 'nothing',
    logProbabilities: (text) =>
      numbersOf(text, counts)
        .slice(1, -1)
        .map((x) => Math.log(((singles[x] as number) + k) / (total + k * (size - 1)))),
  };
}

/** `p(x | a) = (n(a, x) + k) / (n(a) + k·(V + 1))`, with the edges of a text among what follows and precedes. */
const following =
  ({ singles, pairs, size }: Counts, k: number) =>
  (before: number, after: number) =>
    ((pairs[before * size + after] as number) + k) / ((singles[before] as number) + k * size);

/** Each character from the one before it. */
function bigram(counts: Counts, k: number): NgramModel {
  const p = following(counts, k);
  return {
    name: 'bigram',
    sees: 'the character before',
    logProbabilities: (text) => {
      const numbers = numbersOf(text, counts);
      return numbers.slice(1, -1).map((x, i) => Math.log(p(numbers[i] as number, x)));
    },
  };
}

/** The same bigram asked as an encoder is, with both neighbours: `p(x | a, b) = p(x | a)·p(b | x) / Σ_y p(y | a)·p(b | y)`. */
function bigramBothSides(counts: Counts, k: number): NgramModel {
  const p = following(counts, k);
  return {
    name: 'bigram, both sides',
    sees: 'the characters before and after',
    logProbabilities: (text) => {
      const numbers = numbersOf(text, counts);
      return numbers.slice(1, -1).map((x, i) => {
        const [a, b] = [numbers[i] as number, numbers[i + 2] as number];
        let sum = 0;
        for (let y = 1; y < counts.size; y++) sum += p(a, y) * p(y, b);
        return Math.log((p(a, x) * p(x, b)) / sum);
      });
    },
  };
}

const shares = [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3];

const negativeMean = (model: NgramModel, texts: readonly string[]): number => {
  const logs = texts.flatMap((text) => model.logProbabilities(text));
  return -logs.reduce((sum, log) => sum + log, 0) / logs.length;
};

/**
 * Models that only count: a unigram, a bigram, and that bigram asked from both sides, of the characters of texts. What a language model's
 * `perplexity` must be below to have learnt more than frequencies.
 *
 * Each count is raised by k: `p(x) = (n(x) + k) / (N + k·V)`, `p(x | a) = (n(a, x) + k) / (n(a) + k·(V + 1))` with the edges of a text among what
 * precedes and follows, and `p(x | a, b) = p(x | a)·p(b | x) / Σ_y p(y | a)·p(b | y)`, which sees what a masked language model sees of the
 * neighbours. k is that of 0.003, 0.01, 0.03, 0.1, 0.3, 1 and 3 under which every 100th text (of the last model 20 of them at most), left out of
 * the counts, is likeliest; the models then count all texts. Text of another writing than theirs must be normalised before.
 *
 * @param texts to count, two or more, of 10,000 different characters at most
 * @returns the three in that order
 * @throws {TypeError} for what is no list of texts @throws {RangeError} for fewer than two texts, for no character, or for too many different ones
 */
export function ngramModels(texts: readonly string[]): readonly [NgramModel, NgramModel, NgramModel] {
  checkTexts('ngramModels', texts);
  if (texts.length < 2) throw new RangeError(`ngramModels: expected at least 2 texts, got ${texts.length}.`);
  const numberOf = new Map<string, number>();
  for (const text of texts)
    for (const character of text) if (!numberOf.has(character)) numberOf.set(character, numberOf.size + 1);
  if (numberOf.size === 0 || numberOf.size > mostCharacters)
    throw new RangeError(
      `ngramModels: the texts have ${numberOf.size} different characters, expected 1 to ${mostCharacters}.`,
    );
  const aside = texts.filter((text, i) => i % 100 === 1 && text !== '');
  const most = countTexts(
    texts.filter((_, i) => i % 100 !== 1),
    numberOf,
  );
  const all = countTexts(texts, numberOf);
  const chosen = (make: (counts: Counts, k: number) => NgramModel, judges: readonly string[]) => {
    const tried = shares.map((k) => ({ k, loss: negativeMean(make(most, k), judges) }));
    return make(all, tried.reduce((best, one) => (one.loss < best.loss ? one : best)).k);
  };
  // Sums over all characters are slow: a few texts tell k well enough.
  return [chosen(unigram, aside), chosen(bigram, aside), chosen(bigramBothSides, aside.slice(0, 20))];
}
