import type { Piece } from './read-tokenizer.ts';

/** How far below the least likely piece an unknown character is, in ln p. */
const penalty = 10;

/** A model of pieces with ln p of each. */
export interface UnigramModel {
  readonly unk_id: number | null;
  readonly vocab: readonly (readonly [piece: string, score: number])[];
}

/**
 * The likeliest pieces of a word, Σ ln p, by Viterbi's algorithm (Kudo 2018); unknown characters side by side are one piece.
 *
 * Of pieces that end at one place the first that is best is kept, as the native code has it. `@huggingface/tokenizers` 0.2 does not join unknown
 * characters, and gives spellings where ids are needed.
 *
 * @returns what gives the pieces of a word, `start` and `end` in UTF-16 units @throws {Error} for an unknown character where no id stands for it
 */
export function unigram({ vocab, unk_id: unknown }: UnigramModel): (word: string) => Piece[] {
  const ids = new Map(vocab.map(([piece], id) => [piece, id] as const));
  const longest = vocab.reduce((most, [piece]) => Math.max(most, piece.length), 0);
  const least = vocab.reduce((low, [, score]) => Math.min(low, score), Number.POSITIVE_INFINITY) - penalty;
  return (word) => {
    const best: { score: number; start: number; id: number }[] = [];
    const arrive = (start: number, end: number, id: number, score: number) => {
      const there = best[end];
      if (!there || score > there.score) best[end] = { score, start, id };
    };
    let at = 0;
    for (const character of word) {
      const before = best[at]?.score ?? 0;
      let isKnown = false;
      for (let size = 1; size <= Math.min(longest, word.length - at); size++) {
        const id = ids.get(word.slice(at, at + size));
        if (id === undefined) continue;
        arrive(at, at + size, id, before + (vocab[id]?.[1] ?? 0));
        isKnown ||= size === character.length;
      }
      if (!isKnown) {
        if (unknown === null)
          throw new Error(`'${character}' is no piece of this vocabulary, and no id stands for it.`);
        arrive(at, at + character.length, unknown, before + least);
      }
      at += character.length;
    }
    const found: Piece[] = [];
    for (let end = word.length; end > 0; ) {
      const { start, id } = best[end] as (typeof best)[0];
      const next = found.at(-1);
      if (id === unknown && next?.id === unknown && next.start === end) found[found.length - 1] = { ...next, start };
      else found.push({ id, start, end });
      end = start;
    }
    return found.reverse();
  };
}
