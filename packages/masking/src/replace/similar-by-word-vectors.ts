import { callable, checkOptions, eachText, needed, real, whole } from '@cloze/checks';
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
 * Word vectors from word2vec's text format: a line a word, `word x1 x2 …`, with or without a first line `count width`; empty lines are passed over.
 *
 * @throws {TypeError} for a string in place of lines
 * @throws {RangeError} naming the line whose width differs or that holds no number, what differs from the first line's count and width, or where
 * there is no vector
 */
export function parseWordVectors(lines: Iterable<string>): WordVectors {
  const words: string[] = [];
  const numbers: number[] = [];
  let promised: { readonly count: number; readonly width: number } | undefined;
  let width = 0;
  let lineNumber = 0;
  for (const line of eachText('parseWordVectors', lines)) {
    lineNumber++;
    const parts = line.trimEnd().split(' ');
    if (parts.length === 1 && parts[0] === '') continue;
    if (lineNumber === 1 && parts.length === 2 && parts.every((part) => /^\d+$/.test(part))) {
      const [count, each] = parts.map(Number);
      promised = { count: count as number, width: each as number };
      width = promised.width;
      continue;
    }
    width ||= parts.length - 1;
    // An empty part, of two blanks in a row, would be the number 0.
    const values = parts.slice(1).map((part) => (part === '' ? Number.NaN : Number(part)));
    if (values.length === 0 || values.length !== width || values.some((value) => !Number.isFinite(value)))
      throw new RangeError(
        `parseWordVectors: line ${lineNumber} ('${parts[0]}') must hold ${width || 'at least one'} finite number${width === 1 ? '' : 's'}.`,
      );
    words.push(parts[0] as string);
    for (const value of values) numbers.push(value);
  }
  if (promised && promised.count !== words.length)
    throw new RangeError(
      `parseWordVectors: line 1 promises ${promised.count} words, there are ${words.length}; the file is cut short, or is no word2vec text.`,
    );
  if (words.length === 0) throw new RangeError('parseWordVectors: there is no vector in it.');
  return { words, width, table: Float32Array.from(numbers) };
}

/** A word without what tokenizers may take from it: case, accents, width. */
const folded = (word: string): string =>
  word
    .normalize('NFKD')
    .replace(/\p{M}|\p{C}/gu, '')
    .toLowerCase();

/**
 * Similar words from word vectors (MacBERT, Cui et al. 2020): those of highest cosine with the same number of tokens.
 *
 * The paper does not say how it meets words of another length; here they are left out, so that the row keeps its length. Words that the tokenizer
 * tells not apart (`apple`, `Apple`) are one, with the vector of the first; words that it does not know are no words.
 *
 * @param options.tokenize a word's token ids @param options.unknownId id of the token for what the tokenizer does not know: words with it are left
 * out. Without it, those that share their ids with a word which is more than written otherwise (case, accents, width) @param options.count alternatives a word, default 8
 * @param options.least least cosine, default 0.5: below it the caller falls back to a random word, as the paper does
 */
export function similarByWordVectors(
  { words, width, table }: WordVectors,
  options: {
    readonly tokenize: (word: string) => ArrayLike<number>;
    readonly unknownId?: number | undefined;
    readonly count?: number;
    readonly least?: number;
  },
): SimilarWords {
  checkOptions('similarByWordVectors', options, {
    tokenize: needed(callable),
    unknownId: whole(0),
    count: whole(1),
    least: real(),
  });
  const { tokenize, unknownId, count = 8, least = 0.5 } = options;

  const ids = words.map((word) => Int32Array.from(tokenize(word)));
  const rowOf = new Map<string, number>();
  const unlike = new Set<string>();
  for (const [row, own] of ids.entries()) {
    const key = own.join();
    const first = rowOf.get(key);
    if (first === undefined) rowOf.set(key, row);
    else if (folded(words[first] as string) !== folded(words[row] as string)) unlike.add(key);
  }
  for (const key of [...rowOf.keys()]) {
    const own = ids[rowOf.get(key) as number] as Int32Array;
    const isKnown = unknownId === undefined ? !unlike.has(key) : !own.includes(unknownId);
    if (!isKnown || own.length === 0) rowOf.delete(key);
  }
  const sameLength = new Map<number, number[]>();
  for (const row of rowOf.values()) {
    const { length } = ids[row] as Int32Array;
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
