import type { RandomStream } from './batch.ts';

/** How a share of a row becomes a whole number of tokens. */
export type Rounding = 'halfEven' | 'halfUp' | 'floor' | 'ceil' | 'stochastic';

function halfEven(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}

/**
 * Number of tokens to choose from `count`: `rate·count`, rounded, at least one if asked, at most `limit`.
 *
 * Stochastic rounding is `⌊rate·count + U⌋`, whose mean is exactly `rate·count` (fairseq's rule). The product is first rounded to
 * twelve digits: 0.15·20 is 3, not 3.0000000000000004.
 */
export function tokenBudget(
  count: number,
  {
    rate,
    rounding,
    atLeastOne,
    limit,
    random,
  }: { rate: number; rounding: Rounding; atLeastOne: boolean; limit: number; random: RandomStream },
): number {
  const exact = Number((rate * count).toPrecision(12));
  const rounded = {
    halfEven: () => halfEven(exact),
    halfUp: () => Math.floor(exact + 0.5),
    floor: () => Math.floor(exact),
    ceil: () => Math.ceil(exact),
    stochastic: () => Math.floor(exact + random.next()),
  }[rounding]();
  const least = atLeastOne && rate > 0 ? 1 : 0;
  return Math.min(count, limit, Math.max(least, rounded));
}
