import { checkOptions, real } from '@cloze/checks';
import { checkBatch, emptyTargets, type MaskableBatch, type MaskedBatch } from '../batch.ts';

/**
 * T-TA's targets: inputs unchanged, every maskable token is predicted (Shin, Lee, Jung 2020).
 *
 * @param options.slots room a row, default the longest row's number of maskable tokens
 */
export function targetEveryToken(
  batch: MaskableBatch,
  options: { readonly slots?: number | undefined } = {},
): MaskedBatch {
  checkOptions('targetEveryToken', options, { slots: real() });
  const { slots } = options;

  checkBatch('targetEveryToken', batch);
  const [rows, length] = batch.shape;
  const counts = Array.from({ length: rows }, (_, row) =>
    batch.maskable.subarray(row * length, (row + 1) * length).reduce((n, x) => n + x, 0),
  );
  const out = emptyTargets(batch, slots ?? counts.reduce((most, count) => Math.max(most, count), 1));
  for (let row = 0; row < rows; row++) {
    let slot = 0;
    for (let column = 0; column < length && slot < out.slots; column++) {
      const place = row * length + column;
      if (!batch.maskable[place]) continue;
      out.targetPositions[row * out.slots + slot] = column;
      out.targets[row * out.slots + slot] = batch.ids[place] as number;
      out.weights[row * out.slots + slot] = 1;
      slot++;
    }
  }
  return out;
}
