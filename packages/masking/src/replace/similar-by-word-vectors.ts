import type { SimilarWords } from './similar-words.ts';
import { vectorLength } from './vector-length.ts';

/** Words and their vectors. */
export interface WordVectors {
  readonly words: readonly string[];
  readonly width: number;
  /** `[words, width]`, row-major */
  readonly table: Float32Array;
}

/**
 * Word vectors from word2vec's text format: a line a word, `word x1 x2 …`, with or without a first line `count width`.
 *
 * @throws {RangeError} naming the line whose width differs or that holds no number
 */
export function parseWordVectors(lines: Iterable<string>): WordVectors {
  const words: string[] = [];
  const numbers: number[] = [];
  let width = 0;
  let lineNumber = 0;
  for (const line of lines) {
    lineNumber++;
    const parts = line.trimEnd().split(' ');
    if (parts.length < 2 || (lineNumber === 1 && parts.length === 2)) continue;
    width ||= parts.length - 1;
    const values = parts.slice(1).map(Number);
    if (values.length !== width || values.some((value) => !Number.isFinite(value)))
      throw new RangeError(`parseWordVectors: line ${lineNumber} ('${parts[0]}') must hold ${width} finite numbers.`);
    words.push(parts[0] as string);
    for (const value of values) numbers.push(value);
  }
  return { words, width, table: Float32Array.from(numbers) };
}

/**
 * Similar words from word vectors (MacBERT, Cui et al. 2020): those of highest cosine with the same number of tokens.
 *
 * The paper does not say how it meets words of another length; here they are left out, so that the row keeps its length.
 *
 * @param options.tokenize a word's token ids @param options.count alternatives a word, default 8
 * @param options.least least cosine, default 0.5: below it the caller falls back to a random word, as the paper does
 */
export function similarByWordVectors(
  { words, width, table }: WordVectors,
  {
    tokenize,
    count = 8,
    least = 0.5,
  }: { readonly tokenize: (word: string) => ArrayLike<number>; readonly count?: number; readonly least?: number },
): SimilarWords {
  const ids = words.map((word) => Int32Array.from(tokenize(word)));
  const rowOf = new Map(ids.map((word, row) => [word.join(), row]));
  const sameLength = new Map<number, number[]>();
  for (const [row, { length }] of ids.entries()) {
    const rows = sameLength.get(length);
    if (rows) rows.push(row);
    else sameLength.set(length, [row]);
  }
  const unit = table.slice();
  for (let row = 0; row < words.length; row++) {
    const part = unit.subarray(row * width, (row + 1) * width);
    const norm = vectorLength(part) || 1;
    for (let i = 0; i < width; i++) part[i] = (part[i] as number) / norm;
  }
  const known = new Map<number, readonly Int32Array[]>();
  return (word) => {
    const row = rowOf.get(word.join());
    if (row === undefined) return [];
    let found = known.get(row);
    if (!found) {
      const scored = (sameLength.get(word.length) as number[]).flatMap((other) => {
        if (other === row) return [];
        let cosine = 0;
        for (let i = 0; i < width; i++)
          cosine += (unit[row * width + i] as number) * (unit[other * width + i] as number);
        return cosine >= least ? [{ other, cosine }] : [];
      });
      scored.sort((a, b) => b.cosine - a.cosine || a.other - b.other);
      known.set(row, (found = scored.slice(0, count).map(({ other }) => ids[other] as Int32Array)));
    }
    return found;
  };
}
