import type { MaskableBatch, MaskedBatch } from './batch.ts';
import { checkBatch } from './batch.ts';
import { slotsFor } from './budget.ts';
import { maskBatch } from './mask-batch.ts';
import { maskCopies } from './mask-copies.ts';
import { type MaskSetting, policyProblems } from './mask-options.ts';
import { splitMaskable } from './schedules/split-maskable.ts';
import { isTargetPolicy, type Policy } from './targets/target-policy.ts';

const targetFields = ['name', 'about', 'kind', 'visibility', 'of', 'room', 'targetsOf'];

/**
 * Inputs and targets of a batch by any policy: tokens are hidden, or every one asked, or the next, as the policy says.
 *
 * A policy that predicts more than it corrupts gives copies: copy c of row r is row `r·copies + c`. Slots are those of the policy and the
 * batch's length, so that few shapes are traced.
 *
 * @throws {RangeError} naming every option out of range, and those a policy has no use for
 */
export function mask(batch: MaskableBatch, policy: Policy, setting: MaskSetting): MaskedBatch {
  checkBatch('mask', batch);
  const slots = setting.slots ?? slotsFor(policy, batch.shape[1]);
  if (isTargetPolicy(policy)) {
    const spare = Object.keys(policy).filter((name) => !targetFields.includes(name));
    if (spare.length > 0)
      throw new RangeError(`mask: '${policy.name}' (${policy.about}) takes no ${spare.join(', ')}; leave it out.`);
    return policy.targetsOf(batch, { ...setting, slots });
  }
  const { rate = 0.15, predictionRate, fixed, ...rest } = policy;
  const options = { ...setting, slots, ...rest, rate };
  if (fixed) {
    const problems = policyProblems(policy);
    if (problems.length > 0) throw new RangeError(`mask: ${problems.join('; ')}.`);
    const { training } = splitMaskable(batch, { rate: Number(rate), randomOf: setting.exampleOf ?? setting.randomOf });
    // The split is the choice: all of it is asked each time, only what replaces it is drawn anew.
    return maskBatch(training, { ...options, rate: 1 });
  }
  if (predictionRate === undefined) return maskBatch(batch, options);
  return typeof rate === 'number' && predictionRate > rate
    ? maskCopies(batch, { ...options, predictionRate })
    : maskBatch(batch, { ...options, predictionRate });
}
