import type { MaskableBatch, MaskedBatch } from './batch.ts';
import { checkBatch } from './batch.ts';
import { maskBatch } from './mask-batch.ts';
import type { MaskOptions } from './mask-options.ts';

/** Masked copies of each row, row-major: copy c of row r is row `r·copies + c`. */
export interface MaskedCopies extends MaskedBatch {
  readonly copies: number;
}

function countOf(batch: MaskableBatch, mask: Uint8Array): Float64Array {
  const [rows, length] = batch.shape;
  return Float64Array.from({ length: rows }, (_, row) =>
    mask.subarray(row * length, (row + 1) * length).reduce((n, x) => n + (x ? 1 : 0), 0),
  );
}

/**
 * Predicts more than it corrupts: `⌈predictionRate/rate⌉` copies of each row, with disjoint corrupted tokens, that together
 * predict a share `predictionRate` of the row (Wettig et al. 2023, their Table 3; how the paper cuts the last copy is not said).
 *
 * Every copy but the last chooses `rate` of the row; the last chooses what is missing. With whole units that are skipped
 * at the end of a count the union falls short by less than one unit a copy.
 *
 * @param options as of `maskBatch`, `rate` a number above 0 @param options.predictionRate share of the row to predict in all, `rate`..1
 * @throws {RangeError} naming every option out of range
 */
export function maskCopies(
  batch: MaskableBatch,
  { predictionRate: predict, ...options }: MaskOptions & { readonly predictionRate: number },
): MaskedCopies {
  checkBatch('maskCopies', batch);
  const { rate = 0.15, base = 'maskable', randomOf } = options;
  if (typeof rate !== 'number' || !(rate > 0 && rate <= 1))
    throw new RangeError(`maskCopies: rate must be a number in (0, 1], got ${String(rate)}.`);
  if (!(predict >= rate && predict <= 1))
    throw new RangeError(`maskCopies: predictionRate must be in [rate, 1] = [${rate}, 1], got ${predict}.`);
  // Twelve digits: 0.6 / 0.2 is 3, not 2.9999999999999996.
  const copies = Math.ceil(Number((predict / rate).toPrecision(12)));
  const [rows, length] = batch.shape;
  const counts = countOf(batch, batch.maskable);
  const streams = Array.from({ length: rows }, (_, row) => randomOf(row));
  const left = batch.maskable.slice();
  const parts: MaskedBatch[] = [];
  for (let copy = 0; copy < copies; copy++) {
    const share = copy < copies - 1 ? rate : predict - (copies - 1) * rate;
    const now = countOf(batch, left);
    const part = maskBatch(
      { ...batch, maskable: left.slice() },
      {
        ...options,
        // The rate is a share of the whole row, not of what earlier copies left of it.
        rate: (row) =>
          base === 'attended' ? share : Math.min(1, (share * (counts[row] as number)) / ((now[row] as number) || 1)),
        slots: options.slots ?? counts.reduce((most, count) => Math.max(most, count), 1),
        randomOf: (row) => streams[row] as (typeof streams)[number],
      },
    );
    for (const [slot, weight] of part.weights.entries())
      if (weight) left[Math.floor(slot / part.slots) * length + (part.targetPositions[slot] as number)] = 0;
    parts.push(part);
  }
  const slots = (parts[0] as MaskedBatch).slots;
  const weave = <T extends Int32Array | Uint8Array | Float32Array>(
    make: (size: number) => T,
    width: number,
    of: (part: MaskedBatch) => T,
  ): T => {
    const woven = make(rows * copies * width);
    for (const [copy, part] of parts.entries())
      for (let row = 0; row < rows; row++)
        woven.set(of(part).subarray(row * width, (row + 1) * width) as never, (row * copies + copy) * width);
    return woven;
  };
  const whole = (size: number) => new Int32Array(size);
  return {
    copies,
    shape: [rows * copies, length],
    slots,
    ids: weave(whole, length, (part) => part.ids),
    segments: weave(whole, length, (part) => part.segments),
    attend: weave(
      (size) => new Uint8Array(size),
      length,
      (part) => part.attend,
    ),
    targetPositions: weave(whole, slots, (part) => part.targetPositions),
    targets: weave(whole, slots, (part) => part.targets),
    weights: weave(
      (size) => new Float32Array(size),
      slots,
      (part) => part.weights,
    ),
  };
}
