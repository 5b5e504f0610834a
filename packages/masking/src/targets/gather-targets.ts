import { emptyTargets, type MaskableBatch, type MaskedBatch } from '../batch.ts';

/** Targets at chosen places, inputs unchanged: `targetAt(at)` is the id to predict at index `at` of the batch, −1 for none. */
export function gatherTargets(
  batch: MaskableBatch,
  targetAt: (place: number) => number,
  slots: number | undefined,
): MaskedBatch {
  const [rows, length] = batch.shape;
  const counts = new Int32Array(rows);
  for (let row = 0; row < rows; row++)
    for (let place = row * length; place < (row + 1) * length; place++)
      if (targetAt(place) >= 0) counts[row] = (counts[row] as number) + 1;
  const out = emptyTargets(batch, slots ?? counts.reduce((most, count) => Math.max(most, count), 1));
  for (let row = 0; row < rows; row++) {
    let slot = row * out.slots;
    for (let column = 0; column < length && slot < (row + 1) * out.slots; column++) {
      const target = targetAt(row * length + column);
      if (target < 0) continue;
      out.targetPositions[slot] = column;
      out.targets[slot] = target;
      out.weights[slot++] = 1;
    }
  }
  return out;
}
