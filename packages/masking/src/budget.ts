import type { RandomStream } from './batch.ts';

/** How a share of a row becomes a whole number of tokens. */
export type Rounding = 'halfEven' | 'halfUp' | 'floor' | 'ceil' | 'stochastic';

function halfEven(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}

function nearHalf(x: number): number {
  const twice = Math.round(2 * x);
  return Math.abs(2 * x - twice) < 1e-9 ? twice / 2 : x;
}

function roundTo(rounding: Rounding, x: number, random: RandomStream): number {
  switch (rounding) {
    case 'halfEven':
      return halfEven(x);
    case 'halfUp':
      return Math.floor(x + 0.5);
    case 'floor':
      return Math.floor(x);
    case 'ceil':
      return Math.ceil(x);
    case 'stochastic':
      return Math.floor(x + random.next());
  }
}

/**
 * Number of tokens to choose from `count`: `rate·count`, rounded, at least one if asked, at most `limit`.
 *
 * Stochastic rounding is `⌊rate·count + U⌋`, whose mean is exactly `rate·count` (fairseq's rule). A product within 10⁻⁹ of a whole or half
 * number counts as that number: 0.07·100 is 7, not 7.000000000000001.
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
  const rounded = roundTo(rounding, nearHalf(rate * count), random);
  const least = atLeastOne && rate > 0 ? 1 : 0;
  return Math.min(count, limit, Math.max(least, rounded));
}
