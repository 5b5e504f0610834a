import { anything, checkOptions, needed } from '@cloze/checks';
import type { RandomStream } from '../batch.ts';
import { ngramTrie } from './ngram-trie.ts';
import { gapBefore, type TokenRow, type Units } from './units.ts';
import { words } from './words.ts';

/** Longest n-gram that is looked for, in words: the matches of a word are bits of one number. */
const longestNgram = 30;

/**
 * Collocations of a list as units (PMI masking, Levine et al. 2021), what is left over as whole words.
 *
 * The longest n-grams, in words of the row, are placed first; of overlapping ones of equal length a random one wins. An n-gram
 * begins and ends where words do and crosses no special token.
 *
 * @param options.ngrams token ids of each n-gram, e.g. of a `buildPmiVocabulary` list @param options.of what an n-gram is made of, default whole words
 */
export function pmiNgrams(options: { readonly ngrams: Iterable<ArrayLike<number>>; readonly of?: Units }): Units {
  checkOptions('pmiNgrams', options, { ngrams: needed(anything), of: anything });
  const { ngrams, of = words } = options;

  const { next, ends } = ngramTrie(ngrams);
  let pieceStarts = new Int32Array(0);
  let matches = new Int32Array(0);
  let span = new Int32Array(0);
  let places = new Int32Array(0);

  /** Bit n of the result: an n-gram of n words begins at `piece`. */
  function matchesAt(row: TokenRow, piece: number, pieces: number): number {
    const { batch, offset, columns } = row;
    let node = 0;
    let bits = 0;
    const last = Math.min(pieces, piece + longestNgram);
    for (let p = piece; p < last; p++) {
      const end = pieceStarts[p + 1] as number;
      for (let i = pieceStarts[p] as number; i < end; i++) {
        if (p > piece && gapBefore(row, i)) return bits;
        node = next(node, batch.ids[offset + (columns[i] as number)] as number);
        if (node < 0) return bits;
      }
      if (p > piece && ends[node]) bits |= 1 << (p - piece + 1);
    }
    return bits;
  }

  function place(n: number, pieces: number, random: RandomStream): void {
    let found = 0;
    for (let piece = 0; piece < pieces; piece++) if ((matches[piece] as number) & (1 << n)) places[found++] = piece;
    for (let i = 0; i < found; i++) {
      const j = found - i > 1 ? i + Math.floor(random.next() * (found - i)) : i;
      const piece = places[j] as number;
      places[j] = places[i] as number;
      let free = true;
      for (let p = piece; p < piece + n; p++) if (span[p] !== -1) free = false;
      if (!free) continue;
      span.fill(0, piece, piece + n);
      span[piece] = n;
    }
  }

  return {
    usualLength: 2 * (of.usualLength ?? 1),
    cut: (row, random, starts) => {
      const pieces = of.cut(row, random, starts);
      if (pieceStarts.length <= row.columns.length) {
        pieceStarts = new Int32Array(row.columns.length + 1);
        matches = new Int32Array(row.columns.length);
        span = new Int32Array(row.columns.length);
        places = new Int32Array(row.columns.length);
      }
      for (let piece = 0; piece < pieces; piece++) pieceStarts[piece] = starts[piece] as number;
      pieceStarts[pieces] = row.count;
      // −1: free; n: an n-gram begins here; 0: inside one.
      span.fill(-1, 0, pieces);
      let all = 0;
      for (let piece = 0; piece < pieces; piece++) all |= matches[piece] = matchesAt(row, piece, pieces);
      for (let n = 31 - Math.clz32(all); n >= 2; n--) if (all & (1 << n)) place(n, pieces, random);
      let units = 0;
      for (let piece = 0; piece < pieces; piece++)
        if (span[piece] !== 0) starts[units++] = pieceStarts[piece] as number;
      return units;
    },
  };
}
