import { type MaskableBatch, type MaskPolicy, tokenBudget } from '@cloze/masking';

/** Targets that a policy's counts ask for, summed over rows: the mean over draws where rounding is random. */
export function expectedTargets(batch: MaskableBatch, policy: MaskPolicy): number {
  const {
    rate: asked = 0.15,
    selection = 'exact',
    rounding = 'stochastic',
    base = 'maskable',
    predictionRate,
  } = policy;
  const { atLeastOne = selection === 'exact' } = policy;
  const rate = asked as number;
  const [rows, length] = batch.shape;
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const count = (mask: Uint8Array) => mask.subarray(row * length, (row + 1) * length).reduce((n, x) => n + x, 0);
    const maskable = count(batch.maskable);
    if (maskable === 0) continue;
    if (selection === 'bernoulli') sum += rate * maskable;
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
