import { anything, checkOptions, checkTexts, needed, whole } from '@cloze/checks';
/**
 * Word numbers of a row's tokens from a segmenter's boundaries, for `batch.wordNumbers`: tokens that begin in the same word share a number.
 *
 * A token that continues the one before it (Latin `##` pieces) always shares its number, and a token reaching over a boundary joins the
 * words it touches: no token is cut.
 *
 * @param options.starts, options.ends `[start, end)` of each token in the text @param options.boundaries `[start, end)` of each word,
 * ascending, in the same units @param options.special 1 for tokens that stand for no text; they get −1
 * @param options.continues 1 for a token that continues the word of the one before, default by boundaries alone
 */
export function wordNumbersFromBoundaries({
  starts,
  ends,
  boundaries,
  special,
  continues,
}: {
  readonly starts: ArrayLike<number>;
  readonly ends: ArrayLike<number>;
  readonly boundaries: readonly (readonly [start: number, end: number])[];
  readonly special?: ArrayLike<number>;
  readonly continues?: ArrayLike<number>;
}): Int32Array {
  const numbers = new Int32Array(starts.length);
  let word = 0;
  let number = -1;
  let joined = -1;
  for (let i = 0; i < starts.length; i++) {
    if (special?.[i]) {
      numbers[i] = -1;
      joined = -1;
      continue;
    }
    const start = starts[i] as number;
    while (word < boundaries.length && (boundaries[word]?.[1] as number) <= start) word++;
    const same = i > 0 && !special?.[i - 1] && (continues?.[i] || (joined >= 0 && joined >= word));
    if (!same) number++;
    numbers[i] = number;
    // The last word that this token touches: what begins in it belongs together.
    let last = word;
    while (last + 1 < boundaries.length && (boundaries[last + 1]?.[0] as number) < (ends[i] as number)) last++;
    const touches = word < boundaries.length && (boundaries[word]?.[0] as number) < (ends[i] as number);
    joined = Math.max(touches ? last : -1, same ? joined : -1);
  }
  return numbers;
}

/** Word numbers from `##` alone: a token marked in `continues` has the number of the token before it; special tokens have −1. */
export function wordNumbersFromContinuations({
  continues,
  special,
}: {
  readonly continues: ArrayLike<number>;
  readonly special: ArrayLike<number>;
}): Int32Array {
  let number = -1;
  return Int32Array.from({ length: continues.length }, (_, i) => {
    if (special[i]) return -1;
    if (!continues[i] || i === 0 || special[i - 1]) number++;
    return number;
  });
}

/**
 * Word numbers by the longest match from a set of words, as Hugging Face's `run_chinese_ref` and CLUE's scripts do.
 *
 * It matches by the set, not by the segmenter's own boundaries, so it may find a word where the segmenter cut differently.
 *
 * @param tokens the texts of a row's tokens, one Chinese character each where a word may match
 * @param options.words words of two tokens or more @param options.longest longest word in tokens, default the longest of `words`
 */
export function wordNumbersFromSet(
  tokens: readonly string[],
  options: { readonly words: ReadonlySet<string>; readonly special?: ArrayLike<number>; readonly longest?: number },
): Int32Array {
  checkOptions('wordNumbersFromSet', options, { words: needed(anything), special: anything, longest: whole(0) });
  const { words, special, longest = [...words].reduce((most, word) => Math.max(most, [...word].length), 0) } = options;

  checkTexts('wordNumbersFromSet', tokens);
  const numbers = new Int32Array(tokens.length).fill(-1);
  let number = -1;
  for (let i = 0; i < tokens.length; ) {
    if (special?.[i]) {
      i++;
      continue;
    }
    number++;
    let length = Math.min(longest, tokens.length - i);
    while (length > 1 && !words.has(tokens.slice(i, i + length).join(''))) length--;
    for (const end = i + Math.max(1, length); i < end; i++) numbers[i] = number;
    while (i < tokens.length && tokens[i]?.startsWith('##')) numbers[i++] = number;
  }
  return numbers;
}
