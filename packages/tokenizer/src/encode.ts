import { checkOptions, checkText, flag } from '@cloze/checks';
import type { BertSettings } from './bert-settings.ts';
import { pieces } from './pieces.ts';
import { quoted } from './quoted.ts';
import { splitWords } from './split-words.ts';
import { cutRules, type Truncation, truncatedLengths } from './truncated-lengths.ts';
import { checkVocabulary, type Vocabulary } from './vocabulary.ts';

/** One text or pair as token ids. */
export interface Encoding {
  readonly ids: Int32Array;
  /** 0 for the first text, 1 for the second. */
  readonly segments: Int32Array;
  /** 1 for the [CLS] and [SEP] that were put around the texts. */
  readonly special: Uint8Array;
  /** Number of the word, −1 for special tokens. */
  readonly wordNumbers: Int32Array;
  /** 1 for special tokens that the text itself spells, `[MASK]` say; absent where there is none. They are no words: never targets, never scored. */
  readonly written?: Uint8Array;
  /** Tokens cut off each text; absent where nothing was cut. */
  readonly cut?: readonly number[];
}

/** How what is too long is cut, and what special tokens in a text are. */
export interface CutOptions {
  /** Longest result, special tokens included. Default no limit, or what the tokenizer says. */
  readonly maximumLength?: number | undefined;
  /** Which text of a pair is cut: the longer one first, or only one of them. Default `longest_first`. */
  readonly truncation?: Truncation;
  /** Which end of a text is cut. Default `right`. */
  readonly truncationSide?: 'right' | 'left';
  /** A special token that a text spells: `apart`, no word, or `ordinary`, a token like any other. Default `apart`. */
  readonly specialInText?: 'apart' | 'ordinary';
}

/** How texts are encoded. */
export interface EncodeOptions extends BertSettings, CutOptions {}

/**
 * `[CLS] text [SEP]`, or `[CLS] text [SEP] pair [SEP]`, as ids: at once, one text, without offsets.
 *
 * The same ids as {@link nativeTokenizer} on the same vocabulary, which is the way for many texts. A special token's own spelling
 * in the text, `[MASK]` say, is that token, marked in `written`.
 *
 * @throws {TypeError} for what is no text, and no vocabulary
 * @throws {RangeError} when maximumLength leaves no room for special tokens or truncation may not cut enough, or for a lone surrogate
 */
export function encode(vocabulary: Vocabulary, text: string, pair?: string, options: EncodeOptions = {}): Encoding {
  const {
    maximumLength = Number.POSITIVE_INFINITY,
    truncation,
    truncationSide = 'right',
    specialInText,
    ...settings
  } = options;
  checkText('encode: the text', text);
  if (pair !== undefined) checkText('encode: the pair', pair);
  checkOptions('encode', options, { ...cutRules, lowercase: flag, stripAccents: flag, tokenizeChineseChars: flag });
  checkVocabulary('encode', vocabulary);
  const { tokens, special } = vocabulary;
  const { classify, separate } = special;
  const named = Object.values(special).map((id) => quoted(tokens[id] as string));
  const marks = new RegExp(`(${named.join('|')})`);
  const parts = [text, ...(pair === undefined ? [] : [pair])].map((part) => {
    // Odd places of a split with a group are the separators themselves.
    const words = part
      .split(marks)
      .flatMap((stretch, i) =>
        i % 2 === 1
          ? [{ ids: [vocabulary.idOf.get(stretch) as number], written: true }]
          : splitWords(stretch, settings).map((word) => ({ ids: pieces(word, vocabulary), written: false })),
      );
    return words.flatMap(({ ids, written }, number) => ids.map((id) => ({ id, number, written })));
  });
  const room = maximumLength - 1 - parts.length;
  if (room < 0)
    throw new RangeError(
      `encode: maximumLength ${maximumLength} leaves no room for ${1 + parts.length} special tokens.`,
    );
  const sizes = [parts[0]?.length ?? 0, parts[1]?.length ?? 0] as const;
  const kept = truncatedLengths(...sizes, room, { where: 'encode', ...(truncation && { truncation }) });
  const rows = [{ id: classify, segment: 0, word: -1, written: false }];
  let base = 0;
  for (const [segment, whole] of parts.entries()) {
    const size = kept[segment] as number;
    const part = truncationSide === 'left' ? whole.slice(whole.length - size) : whole.slice(0, size);
    for (const { id, number, written } of part) rows.push({ id, segment, word: base + number, written });
    base += (part.at(-1)?.number ?? -1) + 1;
    rows.push({ id: separate, segment, word: -1, written: false });
  }
  const cut = parts.map(({ length }, segment) => length - (kept[segment] as number));
  return {
    ids: Int32Array.from(rows, ({ id }) => id),
    segments: Int32Array.from(rows, ({ segment }) => segment),
    special: Uint8Array.from(rows, ({ word }) => (word < 0 ? 1 : 0)),
    wordNumbers: Int32Array.from(rows, ({ word }) => word),
    ...(specialInText !== 'ordinary' &&
      rows.some(({ written }) => written) && { written: Uint8Array.from(rows, ({ written }) => Number(written)) }),
    ...(cut.some((count) => count > 0) && { cut }),
  };
}
