import type { MaskableBatch, MaskedBatch } from '../batch.ts';
import { checkBatch } from '../batch.ts';
import type { TargetKind } from '../targets/target-policy.ts';

/** Targets told as those of the tokens they mean, so that one count (`countMasking`) fits all kinds. */
export function asOwnTargets(before: MaskableBatch, after: MaskedBatch, kind: TargetKind): MaskedBatch {
  checkBatch('asOwnTargets', before);
  if (kind === 'next')
    return {
      ...after,
      targetPositions: after.targetPositions.map((column, slot) => column + (after.weights[slot] ? 1 : 0)),
    };
  if (kind !== 'replaced') return after;
  const row = (slot: number) => Math.floor(slot / after.slots) * before.shape[1];
  return {
    ...after,
    targets: after.targets.map((_, slot) => before.ids[row(slot) + (after.targetPositions[slot] as number)] as number),
  };
}
