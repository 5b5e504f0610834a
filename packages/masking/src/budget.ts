import { anything, checkArguments, checkOptions, either, flag, needed, oneOf, real, whole } from '@cloze/checks';
import type { RandomStream } from './batch.ts';
import { isTargetPolicy, type Policy } from './targets/target-policy.ts';

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
  options: { rate: number; rounding: Rounding; atLeastOne: boolean; limit: number; random: RandomStream },
): number {
  checkOptions('tokenBudget', options, {
    rate: needed(real({ from: 0, to: 1 })),
    rounding: needed(oneOf(['halfEven', 'halfUp', 'floor', 'ceil', 'stochastic'])),
    atLeastOne: needed(flag),
    limit: needed(either(whole(0), oneOf([Number.POSITIVE_INFINITY]))),
    random: needed(anything),
  });
  const { rate, rounding, atLeastOne, limit, random } = options;

  const rounded = roundTo(rounding, nearHalf(rate * count), random);
  const least = atLeastOne && rate > 0 ? 1 : 0;
  return Math.min(count, limit, Math.max(least, rounded));
}

/** A full row of independent choices goes over its slots with at most this probability. */
const overflowProbability = 1e-3;
/** A unit that a row gets because all are longer than its count is given room for so many times its usual length; of a longer one the front. */
const longestWhole = 4;

/** The least q with `P(Binomial(n, p) > q) ≤ overflowProbability`. */
function binomialLimit(n: number, p: number): number {
  if (p === 0 || p === 1) return p * n;
  let logOfTerm = n * Math.log1p(-p);
  let below = Math.exp(logOfTerm);
  let q = 0;
  while (1 - below > overflowProbability && q < n) {
    logOfTerm += Math.log(((n - q) * p) / ((q + 1) * (1 - p)));
    below += Math.exp(logOfTerm);
    q++;
  }
  return q;
}

/**
 * Room for targets in rows of `length` tokens under a policy: one number a length, so that few shapes are traced.
 *
 * With an exact count it is `⌈rate·tokens⌉`, which no rounding or overflow passes, but at least 4u where a row whose every unit is longer
 * than its count gets one of them whole (of a longer one the front); units have u tokens, as `Units.usualLength` says. Independent choices
 * (`bernoulli`) go over `u·q` in a full row with probability at most 10⁻³, q the quantile of `Binomial(tokens/u, rate)`; the tokens beyond keep their
 * input and get no target. `choose` may give ⌈rate·units⌉ units. A rate by row takes the whole row.
 *
 * @param length tokens a row, special ones included @param options.special of them special, default 2
 * @throws {RangeError} for a length that leaves no token to choose, or a rate outside of 0 to 1
 */
export function slotsFor(policy: Policy, length: number, options: { readonly special?: number } = {}): number {
  checkOptions('slotsFor', options, { special: whole(0) });
  const { special = 2 } = options;
  const room = length - special;
  if (!(Number.isInteger(length) && room >= 1))
    throw new RangeError(`slotsFor: length must be a whole number above the ${special} special tokens, got ${length}.`);
  const within = (slots: number) => Math.max(1, Math.min(room, Math.ceil(slots)));
  if (isTargetPolicy(policy)) return Math.max(1, policy.room(length, room));
  const { rate = 0.15, selection = 'exact', base = 'maskable', units, overflow = 'skip', choose, fixed } = policy;
  const { atLeastOne = selection === 'exact' } = policy;
  if (typeof rate !== 'number') return room;
  checkArguments('slotsFor', { rate }, { rate: real({ from: 0, to: 1 }) });
  const usual = units?.usualLength ?? 1;
  const count = (of: number) =>
    tokenBudget(of, { rate, rounding: 'ceil', atLeastOne, limit: of, random: { next: () => 0 } });
  if (fixed) return within(count(room));
  if (choose) return within(count(Math.ceil(room / usual)) * usual);
  if (selection === 'bernoulli') return within(binomialLimit(Math.ceil(room / usual), rate) * usual);
  const least = atLeastOne && overflow === 'skip' && usual > 1 ? longestWhole * usual : 1;
  return within(Math.max(least, count(base === 'maskable' ? room : length)));
}
