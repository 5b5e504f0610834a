import { checkOptions, real } from '@cloze/checks';
import type { MaskableBatch, MaskedBatch } from '../batch.ts';
import { checkBatch } from '../batch.ts';
import { gatherTargets } from './gather-targets.ts';

/** Id at `at + 1` when that is a real token of the same row, and no special one that the text spells, else −1. */
const nextId = ({ shape: [, length], ids, attend, written }: MaskableBatch, place: number): number =>
  (place + 1) % length !== 0 && attend[place] && attend[place + 1] && !written?.[place + 1]
    ? (ids[place + 1] as number)
    : -1;

/**
 * Left-to-right targets: each real token predicts the one after it, the closing [SEP] too; the encoder must attend causally. A special token
 * that the text spells is no target.
 *
 * @param options.slots room a row, default the longest row's number of targets
 */
export function predictNext(batch: MaskableBatch, options: { readonly slots?: number | undefined } = {}): MaskedBatch {
  checkOptions('predictNext', options, { slots: real() });
  const { slots } = options;

  checkBatch('predictNext', batch);
  return gatherTargets(batch, (place) => nextId(batch, place), slots);
}

/**
 * UniLM's sequence-to-sequence targets (Dong et al. 2019): segment 0 is given, the last token before segment 1 and those inside it
 * predict the next token of segment 1.
 *
 * Segments say who sees whom: with their running sum c, position i sees j when `c_j ≤ c_i`.
 *
 * @param options.slots room a row, default the longest row's number of targets
 */
export function predictPrefix(
  batch: MaskableBatch,
  options: { readonly slots?: number | undefined } = {},
): MaskedBatch {
  checkOptions('predictPrefix', options, { slots: real() });
  const { slots } = options;

  checkBatch('predictPrefix', batch);
  return gatherTargets(batch, (place) => (batch.segments[place + 1] === 1 ? nextId(batch, place) : -1), slots);
}
