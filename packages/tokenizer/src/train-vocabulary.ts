import { checkOptions, eachText, flag, needed, whole } from '@cloze/checks';
import type { BertSettings } from './bert-settings.ts';
import { mergePieces } from './merge-pieces.ts';
import { splitWords } from './split-words.ts';
import { specialTokens, type Vocabulary, vocabularyFrom } from './vocabulary.ts';

/** How a vocabulary is learned. */
export interface TrainVocabularyOptions extends BertSettings {
  /** Most tokens, special ones included. */
  readonly size: number;
  /** Least number of occurrences of a character, or of a pair of pieces that is joined; default 2. */
  readonly minimum?: number;
}

/** Characters of the longest word that is cut into pieces, `max_input_chars_per_word` of `tokenizer.json`. */
const longestWord = 100;

/** Texts are split many at a time: a call into native code costs more than a line of verse. */
const stretch = 4096;

function* stretches(texts: Iterable<string>): Generator<string> {
  let gathered = '';
  for (const text of eachText('trainVocabulary', texts)) {
    gathered += `${text}\n`;
    if (gathered.length < stretch) continue;
    yield gathered;
    gathered = '';
  }
  if (gathered) yield gathered;
}

const byCount = ([a, x]: readonly [string, number], [b, y]: readonly [string, number]) => y - x || (a < b ? -1 : 1);

/**
 * Learns a WordPiece vocabulary: special tokens, characters by frequency, then pieces of words by joining frequent neighbours.
 *
 * Han characters stand alone, so Chinese text gives characters; Latin words give `play`, `##ing`. A character inside a word also gets its
 * `##` form. Pieces are joined by frequency, as the WordPiece trainer of Python's `tokenizers` does, but not all are the same: characters rarer than
 * `minimum` are left out here, and pairs that are as frequent are taken by spelling, there by their pieces' numbers. With room for every pair of
 * `minimum` occurrences the pieces of what is kept are the same; cut at a size, some differ. The same corpus gives the same vocabulary.
 *
 * @throws {TypeError} for a string in place of texts, or an item that is no string
 * @throws {RangeError} for an empty corpus, one in which no character occurs `minimum` times, a size without room for one, or a lone surrogate
 */
export function trainVocabulary(texts: Iterable<string>, options: TrainVocabularyOptions): Vocabulary {
  checkOptions('trainVocabulary', options, {
    size: needed(whole(1)),
    minimum: whole(1),
    lowercase: flag,
    stripAccents: flag,
    tokenizeChineseChars: flag,
  });
  const { size, minimum = 2, ...settings } = options;

  if (!Number.isInteger(size) || size <= specialTokens.length)
    throw new RangeError(
      `trainVocabulary: size must be a whole number above ${specialTokens.length}, the special tokens, got ${size}.`,
    );
  const words = new Map<string, number>();
  for (const text of stretches(texts))
    for (const word of splitWords(text, settings)) words.set(word, (words.get(word) ?? 0) + 1);
  if (words.size === 0) throw new RangeError('trainVocabulary: the corpus is empty; give it at least one word.');
  const characters = new Map<string, number>();
  const inside = new Set<string>();
  for (const [word, count] of words) {
    for (const [i, character] of [...word].entries()) {
      characters.set(character, (characters.get(character) ?? 0) + count);
      if (i > 0) inside.add(character);
    }
  }
  const tokens: string[] = [...specialTokens];
  const kept = new Set<string>();
  for (const [character, count] of [...characters].sort(byCount)) {
    const forms = inside.has(character) ? [character, `##${character}`] : [character];
    if (count < minimum || tokens.length + forms.length > size) break;
    for (const form of forms) tokens.push(form);
    kept.add(character);
  }
  if (kept.size === 0) {
    const [[character, count] = ['', 0]] = [...characters].sort(byCount);
    throw new RangeError(
      count < minimum
        ? `trainVocabulary: no character occurs ${minimum} times, '${character}' the most often with ${count}: every word would be ${specialTokens[1]}; give more text, or minimum: ${count}.`
        : `trainVocabulary: size ${size} leaves no room beside the ${specialTokens.length} special tokens for '${character}' and its form inside words; give at least ${tokens.length + 2}.`,
    );
  }
  // A word of more characters is unknown to WordPiece whatever its pieces, and would take quadratic time.
  const long = [...words].filter(([word]) => word.length > 1 && [...word].length <= longestWord);
  const split = (word: string) =>
    [...word]
      .filter((character) => kept.has(character))
      .map((character, i) => (i === 0 ? character : `##${character}`));
  const made = mergePieces(long, split, { room: size - tokens.length, minimum, known: new Set(tokens) });
  return vocabularyFrom([...tokens, ...made]);
}
