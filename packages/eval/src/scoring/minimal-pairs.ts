import { checkList, checkRows } from '@cloze/checks';
import { allFinite } from '../checks/all-finite.ts';

/** Scores of two sentences that differ in one point, one of them well-formed. */
export interface MinimalPair {
  readonly good: number;
  readonly bad: number;
  /** The phenomenon it tests. */
  readonly group?: string;
}

/**
 * Share of pairs whose good sentence scores higher (BLiMP, Warstadt et al. 2020); a tie is a miss.
 *
 * @returns accuracy over pairs, `macro` over groups, each group's, and `right` of each pair for tests of significance
 * @throws {TypeError} for what is no list of pairs @throws {RangeError} for no pair, or scores that are not finite
 */
export function minimalPairs(pairs: readonly MinimalPair[]): {
  readonly accuracy: number;
  readonly macro: number;
  readonly groups: readonly { readonly name: string; readonly pairs: number; readonly accuracy: number }[];
  readonly right: readonly boolean[];
} {
  checkList('minimalPairs', pairs);
  checkRows('minimalPairs: pair', pairs);
  if (pairs.length === 0) throw new RangeError('minimalPairs: expected at least one pair, got none.');
  for (const side of ['good', 'bad'] as const)
    allFinite(
      'minimalPairs',
      side,
      pairs.map((pair) => pair[side]),
    );
  const right = pairs.map(({ good, bad }) => good > bad);
  const share = (chosen: readonly boolean[]) => chosen.filter(Boolean).length / chosen.length;
  const groups = [...new Set(pairs.map(({ group }) => group ?? ''))].map((name) => {
    const chosen = right.filter((_, i) => (pairs[i]?.group ?? '') === name);
    return { name, pairs: chosen.length, accuracy: share(chosen) };
  });
  return {
    accuracy: share(right),
    macro: groups.reduce((sum, { accuracy }) => sum + accuracy, 0) / groups.length,
    groups,
    right,
  };
}
