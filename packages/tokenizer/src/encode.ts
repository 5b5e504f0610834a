import type { BertSettings } from './bert-settings.ts';
import { pieces } from './pieces.ts';
import { splitWords } from './split-words.ts';
import { truncatedLengths } from './truncated-lengths.ts';
import type { Vocabulary } from './vocabulary.ts';

/** One text or pair as token ids. */
export interface Encoding {
  readonly ids: Int32Array;
  /** 0 for the first text, 1 for the second. */
  readonly segments: Int32Array;
  /** 1 for the [CLS] and [SEP] that were put around the texts. */
  readonly special: Uint8Array;
  /** Number of the word, −1 for special tokens. */
  readonly wordNumbers: Int32Array;
}

/** How texts are encoded. */
export interface EncodeOptions extends BertSettings {
  /** Longest result, special tokens included; the longer text of a pair is cut first. Default no limit. */
  readonly maximumLength?: number;
}

/**
 * `[CLS] text [SEP]`, or `[CLS] text [SEP] pair [SEP]`, as ids: at once, one text, without offsets.
 *
 * The same ids as {@link nativeTokenizer} on the same vocabulary, which is the way for many texts. A special token's own spelling
 * in the text, `[MASK]` say, is that token.
 *
 * @throws {RangeError} when maximumLength leaves no room for special tokens, or for a lone surrogate
 */
export function encode(vocabulary: Vocabulary, text: string, pair?: string, options: EncodeOptions = {}): Encoding {
  const { maximumLength = Number.POSITIVE_INFINITY } = options;
  const { tokens, special } = vocabulary;
  const { classify, separate } = special;
  const named = Object.values(special).map((id) => (tokens[id] as string).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const marks = new RegExp(`(${named.join('|')})`);
  const parts = [text, ...(pair === undefined ? [] : [pair])].map((part) => {
    // Odd places of a split with a group are the separators themselves.
    const words = part
      .split(marks)
      .flatMap((stretch, i) =>
        i % 2 === 1
          ? [[vocabulary.idOf.get(stretch) as number]]
          : splitWords(stretch, options).map((word) => pieces(word, vocabulary)),
      );
    return words.flatMap((ids, number) => ids.map((id) => ({ id, number })));
  });
  const room = maximumLength - 1 - parts.length;
  if (room < 0)
    throw new RangeError(
      `encode: maximumLength ${maximumLength} leaves no room for ${1 + parts.length} special tokens.`,
    );
  const kept = truncatedLengths(parts[0]?.length ?? 0, parts[1]?.length ?? 0, room);
  const rows = [{ id: classify, segment: 0, word: -1 }];
  let base = 0;
  for (const [segment, whole] of parts.entries()) {
    const part = whole.slice(0, kept[segment]);
    for (const { id, number } of part) rows.push({ id, segment, word: base + number });
    base += (part.at(-1)?.number ?? -1) + 1;
    rows.push({ id: separate, segment, word: -1 });
  }
  return {
    ids: Int32Array.from(rows, ({ id }) => id),
    segments: Int32Array.from(rows, ({ segment }) => segment),
    special: Uint8Array.from(rows, ({ word }) => (word < 0 ? 1 : 0)),
    wordNumbers: Int32Array.from(rows, ({ word }) => word),
  };
}
