import { anything, checkOptions, needed, real } from '@cloze/checks';
import type { MaskableBatch, MaskedBatch } from '../batch.ts';
import { checkBatch } from '../batch.ts';
import { gatherTargets } from './gather-targets.ts';

/**
 * Replaced-token detection (ELECTRA, Clark et al. 2020): the generator's samples go where tokens were masked, and every maskable token
 * is judged, target 1 replaced, 0 original.
 *
 * A sample that happens to be the original token counts as original. Slots of weight 0 are ignored.
 *
 * @param batch the original tokens @param masked what the generator saw @param options.samples its draws, `[batch, slots]`, as `masked.targets`
 * @param options.slots room a row, default the longest row's number of maskable tokens
 * @throws {RangeError} when the sizes do not agree
 */
export function replacedTokens(
  batch: MaskableBatch,
  masked: MaskedBatch,
  options: { readonly samples: ArrayLike<number>; readonly slots?: number | undefined },
): MaskedBatch {
  checkOptions('replacedTokens', options, { samples: needed(anything), slots: real() });
  const { samples, slots } = options;

  checkBatch('replacedTokens', batch);
  const [rows, length] = batch.shape;
  if (masked.shape[0] !== rows || masked.shape[1] !== length || samples.length !== rows * masked.slots)
    throw new RangeError(
      `replacedTokens: expected a masked batch of [${rows}, ${length}] and ${rows * masked.slots} samples, got [${masked.shape.join(', ')}] and ${samples.length}.`,
    );
  const ids = batch.ids.slice();
  for (let slot = 0; slot < samples.length; slot++) {
    if (!masked.weights[slot]) continue;
    ids[Math.floor(slot / masked.slots) * length + (masked.targetPositions[slot] as number)] = samples[slot] as number;
  }
  const judged = gatherTargets(
    batch,
    (place) => (batch.maskable[place] ? Number(ids[place] !== batch.ids[place]) : -1),
    slots,
  );
  return { ...judged, ids };
}
