import { checkArguments, real, whole } from '@cloze/checks';
import { tokenBudget } from './budget.ts';
import { isTargetPolicy, type Policy } from './targets/target-policy.ts';

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
export function slotsFor(policy: Policy, length: number, { special = 2 }: { readonly special?: number } = {}): number {
  checkArguments('slotsFor', { special }, { special: whole(0) });
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
