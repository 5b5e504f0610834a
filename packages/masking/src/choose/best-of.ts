import { anything, checkOptions, needed, whole } from '@cloze/checks';
import type { RandomStream } from '../batch.ts';
import type { TokenRow } from '../units/units.ts';
import { maskableIds } from './chances.ts';
import { type Choice, chooseTokens, type Scratch } from './choose-tokens.ts';

/** Several draws of a row's choice, the one of the highest score kept; of equal ones the first. */
export interface BestOf {
  /** At least 1. */
  readonly draws: number;
  /** For the ids of a row's maskable tokens: the score of a choice, the rising numbers of those that are hidden. */
  readonly score: (ids: Int32Array) => (hidden: readonly number[]) => number;
}

/** Draws a row's choice several times and leaves the best in `scratch.chosen`; returns its number of tokens. */
export function bestChoice(
  row: TokenRow,
  choice: Choice,
  random: RandomStream,
  scratch: Scratch,
  { draws, score }: BestOf,
): number {
  if (row.count === 0) return 0;
  const scoreOf = score(maskableIds(row));
  let [best, bestTotal] = [Number.NEGATIVE_INFINITY, 0];
  let kept: Int32Array | undefined;
  for (let i = 0; i < draws; i++) {
    const total = chooseTokens(row, choice, random, scratch);
    const chosen = scratch.chosen.subarray(0, row.count);
    const value = scoreOf(Array.from(chosen.keys()).filter((place) => chosen[place]));
    if (kept && !(value > best)) continue;
    [best, bestTotal] = [value, total];
    kept = chosen.slice();
  }
  if (kept) scratch.chosen.set(kept);
  return bestTotal;
}

/** How much two ids tell of each other. */
export type PairScore = (a: number, b: number) => number;

/**
 * Pointwise mutual information of ids that stand near each other, `ln p(a, b) / (p(a)·p(b))`; 0 for two that never do.
 *
 * Pairs are those of two places of a row at most `window` apart, counted both ways; p(a) is the share of pairs with a on a side.
 *
 * @param rows ids of texts, special tokens left out @param options.window at least 1, default 10; memory grows with the pairs that occur
 * @throws {RangeError} for a window out of range, or rows without a pair
 */
export function pmiOfPairs(rows: Iterable<ArrayLike<number>>, options: { readonly window?: number } = {}): PairScore {
  checkOptions('pmiOfPairs', options, { window: whole(1) });
  const { window = 10 } = options;
  const pairs = new Map<number, number>();
  const sides = new Map<number, number>();
  const add = (counts: Map<number, number>, key: number) => counts.set(key, (counts.get(key) ?? 0) + 1);
  // Exact for ids below 2^26.
  const keyOf = (a: number, b: number) => Math.min(a, b) * 2 ** 26 + Math.max(a, b);
  let total = 0;
  for (const ids of rows)
    for (let i = 0; i < ids.length; i++)
      for (let j = i + 1; j <= i + window && j < ids.length; j++) {
        const [a, b] = [ids[i] as number, ids[j] as number];
        add(pairs, keyOf(a, b));
        add(sides, a);
        add(sides, b);
        total++;
      }
  if (total === 0) throw new RangeError('pmiOfPairs: expected rows of at least two ids, got none with a pair.');
  return (a, b) => {
    const together = pairs.get(keyOf(a, b));
    if (together === undefined) return 0;
    // Of ordered pairs there are twice as many; two different ids stand for two of them.
    const joint = (a === b ? together : together / 2) / total;
    return Math.log((joint * (2 * total) ** 2) / ((sides.get(a) ?? 0) * (sides.get(b) ?? 0)));
  };
}

/**
 * InforMask's choice (Sadeq et al. 2022): of `draws` choices the one whose hidden tokens say most of those that are seen, `Σ hidden i, seen j PMI(i, j)`.
 *
 * A row costs length² / 2 look-ups.
 *
 * @param options.pmi see `pmiOfPairs` @param options.draws at least 1, default 30 as in the paper
 */
export function informative(options: { readonly pmi: PairScore; readonly draws?: number }): BestOf {
  checkOptions('informative', options, { pmi: needed(anything), draws: whole(1) });
  const { pmi, draws = 30 } = options;
  return {
    draws,
    score: (ids) => {
      const n = ids.length;
      const table = new Float64Array(n * n);
      const sums = new Float64Array(n);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < i; j++) {
          const value = pmi(ids[i] as number, ids[j] as number);
          table[i * n + j] = table[j * n + i] = value;
          sums[i] = (sums[i] as number) + value;
          sums[j] = (sums[j] as number) + value;
        }
      return (hidden) => {
        let score = 0;
        for (const i of hidden) {
          score += sums[i] as number;
          for (const j of hidden) score -= table[i * n + j] as number;
        }
        return score;
      };
    },
  };
}
