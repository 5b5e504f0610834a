import { checkOptions } from '@cloze/checks';
import { allFinite } from '../checks/all-finite.ts';
import { sameLength } from '../checks/same-length.ts';
import { finiteFigure } from './finite-figure.ts';
import type { RandomStream } from './random-stream.ts';
import { permutationRules } from './resampling-rules.ts';

/** How the swapping is done. */
export interface PermutationOptions {
  /** Random swaps, a whole number from 1, default 10000; all 2ⁿ swaps are tried instead when they are no more. */
  readonly samples?: number;
  readonly random: RandomStream;
}

/** A − B on the same examples, and how often swapping systems example by example makes it as large. */
export interface PermutationResult {
  readonly difference: number;
  readonly p: number;
  /** Whether all swaps were tried. */
  readonly exact: boolean;
}

/**
 * Paired permutation test (approximate randomisation; Fisher 1935, Noreen 1989), two-sided: swap A and B at random in each example.
 *
 * Exact `p = #{|δ*| ≥ |δ|} / 2ⁿ` over all swaps where affordable, otherwise `(1 + #) / (1 + samples)`. With five seeds the least p is 2/32 = 0.0625.
 *
 * @param a one number an example, or one row an example with `statistic` @param b the same examples, the other system
 * @param options.statistic of all rows of one system, such as corpus BLEU or F1; default the mean
 * @throws {RangeError} for lists of different or zero length, values or a statistic that are not finite, and options out of their range
 */
export function pairedPermutation<Row>(
  a: ArrayLike<Row>,
  b: ArrayLike<Row>,
  options: PermutationOptions & { readonly statistic: (rows: readonly Row[]) => number },
): PermutationResult;
export function pairedPermutation(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: PermutationOptions,
): PermutationResult;
export function pairedPermutation<Row>(
  a: ArrayLike<Row>,
  b: ArrayLike<Row>,
  options: PermutationOptions & { readonly statistic?: (rows: readonly Row[]) => number },
): PermutationResult {
  checkOptions('pairedPermutation', options, permutationRules);
  const { samples = 10_000, random, statistic } = options;
  sameLength('pairedPermutation', ['values of a', a], ['of b', b]);
  if (!statistic)
    for (const [name, list] of [
      ['a', a],
      ['b', b],
    ] as const)
      allFinite('pairedPermutation', name, list as ArrayLike<number>);
  const n = a.length;
  const exact = n < 31 && 2 ** n <= samples;
  const swap = new Uint8Array(n);
  const differenceOf = () => {
    if (statistic) {
      const [first, second]: [Row[], Row[]] = [[], []];
      for (let i = 0; i < n; i++) {
        first.push((swap[i] ? b[i] : a[i]) as Row);
        second.push((swap[i] ? a[i] : b[i]) as Row);
      }
      return statistic(first) - statistic(second);
    }
    let total = 0;
    for (let i = 0; i < n; i++) {
      const difference = (a[i] as number) - (b[i] as number);
      total += swap[i] ? -difference : difference;
    }
    return total / n;
  };
  const difference = finiteFigure('pairedPermutation', 'the difference', differenceOf());
  // Sums with other signs differ in their last bits; equal must count as equal.
  const least = Math.abs(difference) * (1 - 1e-12);
  let extreme = 0;
  const trials = exact ? 2 ** n : samples;
  for (let trial = 0; trial < trials; trial++) {
    if (exact) for (let i = 0; i < n; i++) swap[i] = (trial >>> i) & 1;
    else {
      // One draw decides 24 swaps: drawing, not adding, is what takes the time.
      for (let i = 0, bits = 0; i < n; i++, bits >>>= 1) {
        if (i % 24 === 0) bits = Math.floor(random.next() * 2 ** 24);
        swap[i] = bits & 1;
      }
    }
    if (Math.abs(finiteFigure('pairedPermutation', `the statistic of swap ${trial}`, differenceOf())) >= least)
      extreme++;
  }
  return { difference, p: exact ? extreme / trials : (1 + extreme) / (1 + trials), exact };
}
