import type { MaskableBatch } from '../batch.ts';
import { checkBatch } from '../batch.ts';
import { tokenBudget } from '../budget.ts';
import type { MaskPolicy } from '../mask-options.ts';

/**
 * Targets that a policy's counts ask for, summed over rows: the mean over draws where rounding is random.
 *
 * @throws {RangeError} for a rate by row, which is not known here
 */
export function expectedTargets(batch: MaskableBatch, policy: MaskPolicy): number {
  checkBatch('expectedTargets', batch);
  const {
    rate = 0.15,
    selection = 'exact',
    rounding = 'stochastic',
    base = 'maskable',
    predictionRate,
    choose,
  } = policy;
  if (typeof rate !== 'number') throw new RangeError('expectedTargets: the rate must be a number, got one by row.');
  // Rate 0 chooses nothing, not even one.
  const atLeastOne = (policy.atLeastOne ?? selection === 'exact') && rate > 0;
  const [rows, length] = batch.shape;
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const count = (mask: Uint8Array) => mask.subarray(row * length, (row + 1) * length).reduce((n, x) => n + x, 0);
    const maskable = count(batch.maskable);
    if (maskable === 0) continue;
    if (selection === 'bernoulli' || choose) sum += rate * maskable;
    else {
      const of = base === 'maskable' ? maskable : count(batch.attend);
      const exact = rate * of;
      const whole = { rate, atLeastOne, limit: maskable, random: { next: () => 0 } };
      if (rounding !== 'stochastic') sum += tokenBudget(of, { ...whole, rounding });
      else sum += Math.min(maskable, Math.max(atLeastOne ? 1 : 0, exact));
    }
  }
  return predictionRate === undefined ? sum : (sum * predictionRate) / rate;
}
