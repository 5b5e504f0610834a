import { anything, checkOptions } from '@cloze/checks';
import { drawerOf, drawShare } from '../replace/draw-share.ts';
import { gapBefore, type Units } from './units.ts';
import { words } from './words.ts';

/**
 * n-grams of words or tokens by MacBERT's pointer walk (Cui et al. 2020): draw a length, jump behind it, draw the next.
 *
 * The row is cut from end to end, so choosing n-grams uniformly keeps the drawn shares, but for n-grams that a special token or the
 * end of the row cuts short.
 *
 * @param options.shares of the lengths 1, 2, 3, …, summing to 1; default 0.4, 0.3, 0.2, 0.1 (mean 2)
 * @param options.of what an n-gram counts, default whole words
 * @throws {RangeError} for shares below 0 or not summing to 1
 */
export function ngrams(options: { readonly shares?: readonly number[]; readonly of?: Units } = {}): Units {
  checkOptions('ngrams', options, { shares: anything, of: anything });
  const { shares = [0.4, 0.3, 0.2, 0.1], of = words } = options;

  const drawer = drawerOf('ngrams', shares);
  const mean = shares.reduce((sum, share, i) => sum + share * (i + 1), 0);
  const square = shares.reduce((sum, share, i) => sum + share * (i + 1) ** 2, 0);
  return {
    cut: walk(of, (random) => drawShare(drawer, random) + 1),
    usualLength: ((of.usualLength ?? 1) * square) / mean,
  };
}

/** Cuts a row into runs of units whose lengths are drawn one after the other; a run never crosses a special token. */
export function walk(of: Units, lengthOf: NonNullable<Units['spanLength']>): Units['cut'] {
  return (row, random, starts) => {
    const pieces = of.cut(row, random, starts);
    let units = 0;
    let left = 0;
    for (let piece = 0; piece < pieces; piece++) {
      const start = starts[piece] as number;
      if (left === 0 || (start > 0 && gapBefore(row, start))) {
        left = lengthOf(random);
        // `units` never passes `piece`, so the list is shortened in place.
        starts[units++] = start;
      }
      left--;
    }
    return units;
  };
}
