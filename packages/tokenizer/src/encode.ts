import { splitWords } from './split-words.ts';
import type { Vocabulary } from './vocabulary.ts';

/** One text or pair as token ids. */
export interface Encoding {
  readonly ids: Int32Array;
  /** 0 for the first text, 1 for the second. */
  readonly segments: Int32Array;
  /** 1 for [CLS] and [SEP]. */
  readonly special: Uint8Array;
  /** Number of the word, −1 for special tokens. */
  readonly words: Int32Array;
}

/** How texts are encoded. */
export interface EncodeOptions {
  /** Longest result, special tokens included; the longer text of a pair is cut first. Default no limit. */
  readonly maximumLength?: number;
  /** Lower-case and strip accents, default true. */
  readonly lowercase?: boolean;
}

/** Longest piece first; a word with a part that no piece covers, or of more than 100 characters, is unknown (Wu et al. 2016, WordPiece). */
function pieces(word: string, { idOf, special }: Vocabulary): number[] {
  const characters = [...word];
  if (characters.length > 100) return [special.unknown];
  const found: number[] = [];
  for (let start = 0; start < characters.length; ) {
    let end = characters.length;
    let id: number | undefined;
    for (; end > start; end--) {
      id = idOf.get((start > 0 ? '##' : '') + characters.slice(start, end).join(''));
      if (id !== undefined) break;
    }
    if (id === undefined) return [special.unknown];
    found.push(id);
    start = end;
  }
  return found;
}

/** `[CLS] text [SEP]`, or `[CLS] text [SEP] pair [SEP]`, as ids. @throws {RangeError} when maximumLength leaves no room for special tokens */
export function encode(vocabulary: Vocabulary, text: string, pair?: string, options: EncodeOptions = {}): Encoding {
  const { maximumLength = Number.POSITIVE_INFINITY, lowercase = true } = options;
  const parts = [text, ...(pair === undefined ? [] : [pair])].map((part) =>
    splitWords(part, { lowercase }).flatMap(({ text: word }, number) =>
      pieces(word, vocabulary).map((id) => ({ id, number })),
    ),
  );
  const room = maximumLength - 1 - parts.length;
  if (room < 0)
    throw new RangeError(
      `encode: maximumLength ${maximumLength} leaves no room for ${1 + parts.length} special tokens.`,
    );
  while (parts.reduce((n, part) => n + part.length, 0) > room)
    parts.reduce((a, b) => (b.length > a.length ? b : a)).pop();
  const { classify, separate } = vocabulary.special;
  const rows = [{ id: classify, segment: 0, word: -1 }];
  let base = 0;
  for (const [segment, part] of parts.entries()) {
    for (const { id, number } of part) rows.push({ id, segment, word: base + number });
    base += (part.at(-1)?.number ?? -1) + 1;
    rows.push({ id: separate, segment, word: -1 });
  }
  return {
    ids: Int32Array.from(rows, ({ id }) => id),
    segments: Int32Array.from(rows, ({ segment }) => segment),
    special: Uint8Array.from(rows, ({ word }) => (word < 0 ? 1 : 0)),
    words: Int32Array.from(rows, ({ word }) => word),
  };
}
