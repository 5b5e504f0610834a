import { anything, checkOptions, needed, real } from '@cloze/checks';
import { checkBatch, type MaskableBatch, type MaskedBatch } from '../batch.ts';

/** Which tokens the middle layers of an encoder go on with. */
export interface ImportantTokens {
  /** Columns that stay, rising, int32 `[batch, kept]`; the same number in every row. */
  readonly kept: Int32Array;
  /** Tokens that stay in each row. */
  readonly count: number;
  /** For each place of the row, `[batch, length]`: its number among the kept ones, or `count` plus its column where it was dropped. */
  readonly restore: Int32Array;
}

/**
 * Token dropping (Hou et al. 2022): the tokens that middle layers go on with, `⌈share·length⌉` a row: special tokens and those that are asked for, then those of the
 * most important ids, of equal ones the first; pads last of all.
 *
 * @param batch the rows before masking @param masked the rows with their targets
 * @param options.importance by id, such as a running mean of the loss of each token; ids beyond it have 0 @param options.share 0 < share ≤ 1, default 0.5
 * @throws {RangeError} for a share out of range, importances that are not finite, or batches that do not fit each other
 */
export function keepImportant(
  batch: MaskableBatch,
  masked: MaskedBatch,
  options: { readonly importance: ArrayLike<number>; readonly share?: number },
): ImportantTokens {
  checkOptions('keepImportant', options, { importance: needed(anything), share: real({ above: 0, to: 1 }) });
  const { importance, share = 0.5 } = options;
  checkBatch('keepImportant', batch);
  const [rows, length] = batch.shape;
  if (masked.shape[0] !== rows || masked.shape[1] !== length)
    throw new RangeError(
      `keepImportant: expected a masked batch of [${rows}, ${length}], got [${masked.shape.join(', ')}].`,
    );
  const wrong = Array.prototype.findIndex.call(importance, (value: number) => !Number.isFinite(value));
  if (wrong >= 0)
    throw new RangeError(`keepImportant: importance must be finite, got ${importance[wrong]} for id ${wrong}.`);
  const count = Math.min(length, Math.ceil(Number((share * length).toPrecision(12))));
  const kept = new Int32Array(rows * count);
  const restore = new Int32Array(rows * length);
  const rank = new Float64Array(length);
  for (let row = 0; row < rows; row++) {
    const from = row * length;
    for (let column = 0; column < length; column++) {
      const place = from + column;
      if (!batch.attend[place]) rank[column] = Number.NEGATIVE_INFINITY;
      else if (batch.maskable[place]) rank[column] = importance[batch.ids[place] as number] ?? 0;
      else rank[column] = Number.POSITIVE_INFINITY;
    }
    for (let slot = row * masked.slots; slot < (row + 1) * masked.slots; slot++)
      if (masked.weights[slot]) rank[masked.targetPositions[slot] as number] = Number.POSITIVE_INFINITY;
    const order = Array.from({ length }, (_, column) => column);
    const of = (column: number) => rank[column] as number;
    // Infinities are equal to each other, which their difference does not say.
    order.sort((a, b) => (of(a) === of(b) ? a - b : of(b) > of(a) ? 1 : -1));
    const stay = order.slice(0, count).sort((a, b) => a - b);
    for (let column = 0; column < length; column++) restore[from + column] = count + column;
    for (const [i, column] of stay.entries()) {
      kept[row * count + i] = column;
      restore[from + column] = i;
    }
  }
  return { kept, count, restore };
}
