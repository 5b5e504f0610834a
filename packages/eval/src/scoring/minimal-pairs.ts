import { checkList, checkOptions, checkRows } from '@cloze/checks';
import { allFinite } from '../checks/all-finite.ts';
import { levelRule } from '../uncertainty/resampling-rules.ts';
import { wilsonInterval } from '../uncertainty/wilson-interval.ts';

/** Scores of two sentences that differ in one point, one of them well-formed. */
export interface MinimalPair {
  readonly good: number;
  readonly bad: number;
  /** The phenomenon it tests. */
  readonly group?: string;
  /** The paradigm of the phenomenon: the template that pairs of a file are made by. */
  readonly paradigm?: string;
}

/** How many pairs are told apart. */
export interface PairFigures {
  readonly pairs: number;
  /** Pairs whose sentences score equal. */
  readonly ties: number;
  /** Share of pairs whose good sentence scores higher, a tie counted half. */
  readonly accuracy: number;
  /** Wilson's interval of it. */
  readonly low: number;
  readonly high: number;
}

/** What a pair is worth: 1 where the good sentence scores higher, ½ for a tie, which a coin decides as well. */
const worthOf = ({ good, bad }: MinimalPair) => (good > bad ? 1 : good === bad ? 0.5 : 0);

/** Pairs by what `nameOf` says of them, in order of appearance; those it has no name for are left out. */
function groupPairs(pairs: readonly MinimalPair[], nameOf: (pair: MinimalPair) => string | undefined) {
  const groups = new Map<string, MinimalPair[]>();
  for (const pair of pairs) {
    const name = nameOf(pair);
    if (name === undefined) continue;
    const own = groups.get(name);
    if (own) own.push(pair);
    else groups.set(name, [pair]);
  }
  return [...groups];
}

const meanAccuracy = (figures: readonly PairFigures[]) =>
  figures.reduce((sum, { accuracy }) => sum + accuracy, 0) / figures.length;

/**
 * Share of pairs whose good sentence scores higher (BLiMP, Warstadt et al. 2020), a tie counted half: `(wins + ties/2) / pairs`.
 *
 * Scripts that ask for `good > bad` (ZhoBLiMP's) count a tie as wrong, which is `accuracy − ties / (2 · pairs)`; those that take the first of the
 * largest (lm-evaluation-harness) as right; minicons gives scores only.
 *
 * @param options.level share of the intervals, between 0 and 1, default 0.95
 * @returns figures over pairs; `macro`, the mean of `groups`; each group's and paradigm's, in order of appearance; of each pair whether it is `right`
 * and what it counts (`worth`: 1, ½, 0), for tests of significance
 * @throws {TypeError} for what is no list of pairs @throws {RangeError} for no pair, scores that are not finite, or a level out of its range
 */
export function minimalPairs(
  pairs: readonly MinimalPair[],
  options: { readonly level?: number } = {},
): PairFigures & {
  readonly macro: number;
  readonly groups: readonly (PairFigures & { readonly name: string })[];
  /** Empty where no pair names its paradigm. */
  readonly paradigms: readonly (PairFigures & { readonly name: string; readonly group: string })[];
  readonly right: readonly boolean[];
  readonly worth: readonly number[];
} {
  checkOptions('minimalPairs', options, { level: levelRule });
  checkList('minimalPairs', pairs);
  checkRows('minimalPairs: pair', pairs);
  if (pairs.length === 0) throw new RangeError('minimalPairs: expected at least one pair, got none.');
  for (const side of ['good', 'bad'] as const)
    allFinite(
      'minimalPairs',
      side,
      pairs.map((pair) => pair[side]),
    );
  const figuresOf = (chosen: readonly MinimalPair[]): PairFigures => {
    let [total, ties] = [0, 0];
    for (const pair of chosen) {
      const worth = worthOf(pair);
      total += worth;
      if (worth === 0.5) ties++;
    }
    const accuracy = total / chosen.length;
    return { pairs: chosen.length, ties, accuracy, ...wilsonInterval(accuracy, chosen.length, options) };
  };
  const groups = groupPairs(pairs, ({ group = '' }) => group);
  const worth = pairs.map(worthOf);
  const figures = groups.map(([name, own]) => ({ name, ...figuresOf(own) }));
  return {
    ...figuresOf(pairs),
    macro: meanAccuracy(figures),
    groups: figures,
    paradigms: groups.flatMap(([group, own]) =>
      groupPairs(own, ({ paradigm }) => paradigm).map(([name, those]) => ({ name, group, ...figuresOf(those) })),
    ),
    right: worth.map((one) => one === 1),
    worth,
  };
}
