/** A model of characters in closed form. */
export interface NgramModel {
  readonly name: string;
  /** What it sees of a row when it gives a character its probability. */
  readonly sees: string;
  /** `ln p` of each character of a row. @throws {RangeError} for a character that was never counted */
  logProbabilities(row: string): number[];
}

/** Counts of characters and of neighbours; 0 is the edge of a row. */
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

function countRows(rows: readonly string[], numberOf: ReadonlyMap<string, number>): Counts {
  const size = numberOf.size + 1;
  const [singles, pairs] = [new Uint32Array(size), new Uint32Array(size * size)];
  let total = 0;
  const follow = (before: number, after: number) => {
    singles[before] = (singles[before] as number) + 1;
    pairs[before * size + after] = (pairs[before * size + after] as number) + 1;
  };
  for (const row of rows) {
    let before = 0;
    for (const character of row) {
      const after = numberOf.get(character) as number;
      follow(before, after);
      before = after;
      total++;
    }
    follow(before, 0);
  }
  return { numberOf, size, total, singles, pairs };
}

/** A row as numbers between two edges. */
function numbersOf(row: string, { numberOf }: Counts): number[] {
  const inner = Array.from(row, (character) => {
    const number = numberOf.get(character);
    if (number === undefined) throw new RangeError(`ngram model: '${character}' of '${row}' was never counted.`);
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
    logProbabilities: (row) =>
      numbersOf(row, counts)
        .slice(1, -1)
        .map((x) => Math.log(((singles[x] as number) + k) / (total + k * (size - 1)))),
  };
}

/** `p(x | a) = (n(a, x) + k) / (n(a) + k·(V + 1))`, with the edges of a row among what follows and precedes. */
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
    logProbabilities: (row) => {
      const numbers = numbersOf(row, counts);
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
    logProbabilities: (row) => {
      const numbers = numbersOf(row, counts);
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

const negativeMean = (model: NgramModel, rows: readonly string[]): number => {
  const logs = rows.flatMap((row) => model.logProbabilities(row));
  return -logs.reduce((sum, log) => sum + log, 0) / logs.length;
};

/**
 * A unigram and a bigram model of rows, the bigram asked from the left and from both sides.
 *
 * Each count is raised by k; of a few k that one is taken under which every 100th row, left out of the counts, is likeliest. The models then
 * count all rows.
 *
 * @throws {RangeError} for fewer than two rows
 */
export function ngramModels(rows: readonly string[]): readonly NgramModel[] {
  if (rows.length < 2) throw new RangeError(`ngramModels: expected at least 2 rows, got ${rows.length}.`);
  const numberOf = new Map([...new Set(rows.join(''))].map((character, i) => [character, i + 1]));
  const aside = rows.filter((_, i) => i % 100 === 1);
  const most = countRows(
    rows.filter((_, i) => i % 100 !== 1),
    numberOf,
  );
  const all = countRows(rows, numberOf);
  return [unigram, bigram, bigramBothSides].map((make) => {
    // Sums over all characters are slow: a few rows tell k well enough.
    const judges = make === bigramBothSides ? aside.slice(0, 20) : aside;
    const tried = shares.map((k) => ({ k, loss: negativeMean(make(most, k), judges) }));
    const { k } = tried.reduce((best, one) => (one.loss < best.loss ? one : best));
    return make(all, k);
  });
}
