import { bools, type HostTensor, ints } from '@cloze/backend';

/** Rows as an encoder takes them, `[rows, length]` each; `T` is a host tensor outside and a tensor inside a compiled function. */
export interface ModelBatch<T> {
  readonly ids: T;
  readonly segments: T;
  readonly attend: T;
  /** Where each token stands, for rows that lost tokens. */
  readonly positionIds?: T;
}

/** Padded rows of numbers. */
interface PaddedRows {
  readonly shape: readonly [rows: number, length: number];
  readonly ids: Int32Array;
  readonly segments: Int32Array;
  readonly attend: Uint8Array;
  readonly positionIds?: Int32Array;
}

/**
 * Padded rows as host tensors.
 *
 * @param config of the encoder: RoBERTa has one segment; its tokenizers say so, others' may not
 */
export function modelBatch(
  { shape, ids, segments, attend, positionIds }: PaddedRows,
  config?: { readonly segmentTypes: number },
): ModelBatch<HostTensor> {
  return {
    ids: ints(shape, ids),
    segments: ints(shape, config?.segmentTypes === 1 ? new Int32Array(ids.length) : segments),
    attend: bools(shape, attend),
    ...(positionIds && { positionIds: ints(shape, positionIds) }),
  };
}

/** Real tokens of rows. @param attend 1 where a token stands, 0 in pads */
export function countTokens(attend: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < attend.length; i++) count += attend[i] as number;
  return count;
}
