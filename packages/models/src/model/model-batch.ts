import { bools, type HostTensor, ints } from '@cloze/backend';

/** Rows as an encoder takes them, `[rows, length]` each; `T` is a host tensor outside and a tensor inside a compiled function. */
export interface ModelBatch<T> {
  readonly ids: T;
  readonly segments: T;
  readonly attend: T;
  /** Where each token stands, for rows that lost tokens. */
  readonly positionIds?: T;
  /** Which row of the position table each token takes, where a text spells the padding token of a RoBERTa. */
  readonly tablePositions?: T;
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
  config?: { readonly segmentTypes: number; readonly positionOffset?: number },
): ModelBatch<HostTensor> {
  const counted = positionIds ? undefined : countedPositions(ids, attend, shape, config?.positionOffset ?? 0);
  return {
    ids: ints(shape, ids),
    segments: ints(shape, config?.segmentTypes === 1 ? new Int32Array(ids.length) : segments),
    attend: bools(shape, attend),
    ...(positionIds && { positionIds: ints(shape, positionIds) }),
    ...(counted && { tablePositions: ints(shape, counted) }),
  };
}

/**
 * Rows of RoBERTa's position table where a real token is the one that its config calls padding: such a token takes the padding's row and is not
 * counted, as transformers has it; how far apart two tokens stand (MPNet's bias) is not changed by it. Undefined where there is none.
 */
function countedPositions(
  ids: Int32Array,
  attend: Uint8Array,
  [rows, length]: readonly [number, number],
  offset: number,
): Int32Array | undefined {
  const padId = offset - 1;
  if (padId < 0 || !ids.some((id, i) => id === padId && attend[i] === 1)) return undefined;
  const places = new Int32Array(ids.length);
  for (let row = 0; row < rows; row++) {
    let next = 0;
    for (let i = row * length; i < (row + 1) * length; i++) places[i] = ids[i] === padId ? -1 : next++;
  }
  return places;
}

/** Real tokens of rows. @param attend 1 where a token stands, 0 in pads */
export function countTokens(attend: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < attend.length; i++) count += attend[i] as number;
  return count;
}
