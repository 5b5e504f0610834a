import type { MaskableBatch } from '../batch.ts';

/** Rows shortened to the tokens kept. */
export interface KeptBatch extends MaskableBatch {
  /** Where each kept token stood, `[batch, kept]`: its position embedding. 0 in pads. */
  readonly positionIds: Int32Array;
  /** For each place of the original row, `[batch, length]`: the column of the kept row that stands there, `kept` where none does. */
  readonly restore: Int32Array;
}

/** The batch with only the tokens marked in `keep`, in their order, rows padded to the longest. */
export function gatherKept(batch: MaskableBatch, keep: Uint8Array, { padId }: { readonly padId: number }): KeptBatch {
  const [rows, length] = batch.shape;
  let kept = 1;
  for (let row = 0; row < rows; row++) {
    let count = 0;
    for (let place = row * length; place < (row + 1) * length; place++) count += keep[place] as number;
    kept = Math.max(kept, count);
  }
  const size = rows * kept;
  const out = {
    shape: [rows, kept] as const,
    ids: new Int32Array(size).fill(padId),
    segments: new Int32Array(size),
    attend: new Uint8Array(size),
    maskable: new Uint8Array(size),
    wordNumbers: new Int32Array(size).fill(-1),
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
      out.positionIds[to] = column;
      out.restore[place] = to - row * kept;
      to++;
    }
  }
  return out;
}
