import type { KeptBatch } from '@cloze/masking';

/** The longest rows of a shortened batch, padded to a length so that few shapes are traced. */
export function padColumns(
  { shape: [rows, kept], ids, segments, attend, positionIds }: KeptBatch,
  length: number,
  padId: number,
): {
  readonly shape: readonly [number, number];
  readonly ids: Int32Array;
  readonly segments: Int32Array;
  readonly attend: Uint8Array;
  readonly positionIds: Int32Array;
} {
  if (length < kept) throw new RangeError(`padColumns: rows of ${kept} tokens do not fit ${length} columns.`);
  const size = rows * length;
  const out = {
    shape: [rows, length] as const,
    ids: new Int32Array(size).fill(padId),
    segments: new Int32Array(size),
    attend: new Uint8Array(size),
    positionIds: new Int32Array(size),
  };
  for (let row = 0; row < rows; row++) {
    const [from, to] = [row * kept, row * length];
    out.ids.set(ids.subarray(from, from + kept), to);
    out.segments.set(segments.subarray(from, from + kept), to);
    out.attend.set(attend.subarray(from, from + kept), to);
    out.positionIds.set(positionIds.subarray(from, from + kept), to);
  }
  return out;
}
