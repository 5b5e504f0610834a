import type { MaskableBatch } from '../batch.ts';

/** Rows shortened to the tokens kept. */
export interface KeptBatch extends MaskableBatch {
  /** Where each kept token stood, `[batch, kept]`: its position embedding. 0 in pads. */
  readonly positionIds: Int32Array;
  /** For each place of the original row, `[batch, length]`: the column of the kept row that stands there, `kept` where none does. */
  readonly restore: Int32Array;
}

/** How shortened rows are padded anew. */
export interface KeptPadding {
  readonly padId: number;
  /** Lengths that rows may be padded to, rising, so that few shapes are traced: the least that holds the longest row; default that row's own. */
  readonly buckets?: readonly number[] | undefined;
}

/**
 * The batch with only the tokens marked in `keep`, in their order, rows padded to the longest or to the next of `buckets`.
 *
 * @throws {RangeError} when no bucket holds the longest row
 */
export function gatherKept(batch: MaskableBatch, keep: Uint8Array, { padId, buckets }: KeptPadding): KeptBatch {
  const [rows, length] = batch.shape;
  let longest = 1;
  for (let row = 0; row < rows; row++) {
    let count = 0;
    for (let place = row * length; place < (row + 1) * length; place++) count += keep[place] as number;
    longest = Math.max(longest, count);
  }
  const kept = buckets ? buckets.find((bucket) => bucket >= longest) : longest;
  if (kept === undefined)
    throw new RangeError(`rows that keep ${longest} tokens do not fit the longest bucket of ${buckets?.join(', ')}.`);
  const size = rows * kept;
  const out = {
    shape: [rows, kept] as const,
    ids: new Int32Array(size).fill(padId),
    segments: new Int32Array(size),
    attend: new Uint8Array(size),
    maskable: new Uint8Array(size),
    wordNumbers: new Int32Array(size).fill(-1),
    ...(batch.written && { written: new Uint8Array(size) }),
    positionIds: new Int32Array(size),
    restore: new Int32Array(rows * length).fill(kept),
  };
  for (let row = 0; row < rows; row++) {
    let to = row * kept;
    for (let column = 0; column < length; column++) {
      const place = row * length + column;
      if (!keep[place]) continue;
      out.ids[to] = batch.ids[place] as number;
      out.segments[to] = batch.segments[place] as number;
      out.attend[to] = batch.attend[place] as number;
      out.maskable[to] = batch.maskable[place] as number;
      out.wordNumbers[to] = batch.wordNumbers[place] as number;
      if (batch.written && out.written) out.written[to] = batch.written[place] as number;
      out.positionIds[to] = column;
      out.restore[place] = to - row * kept;
      to++;
    }
  }
  return out;
}
