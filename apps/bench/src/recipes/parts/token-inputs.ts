import { bools, floats, type HostTensor, ints } from '@cloze/backend';
import type { MaskedBatch } from '@cloze/masking';

/** Rows as an encoder takes them; `T` is a host value outside and a tensor inside a compiled function. */
export interface RowInputs<T> {
  readonly ids: T;
  readonly segments: T;
  readonly attend: T;
  /** Where each token stands, for rows that lost tokens. */
  readonly positionIds?: T;
}

/** Rows with what is asked of them. */
export interface AskedInputs<T> extends RowInputs<T> {
  readonly targetPositions: T;
  readonly targets: T;
  readonly weights: T;
}

/** Padded rows as host tensors. */
export function rowInputs({
  shape,
  ids,
  segments,
  attend,
  positionIds,
}: Pick<MaskedBatch, 'shape' | 'ids' | 'segments' | 'attend'> & {
  readonly positionIds?: Int32Array;
}): RowInputs<HostTensor> {
  return {
    ids: ints(shape, ids),
    segments: ints(shape, segments),
    attend: bools(shape, attend),
    ...(positionIds && { positionIds: ints(shape, positionIds) }),
  };
}

/** A masked batch as host tensors. */
export function askedInputs(batch: MaskedBatch): AskedInputs<HostTensor> {
  const gathered = [batch.shape[0], batch.slots];
  return {
    ...rowInputs(batch),
    targetPositions: ints(gathered, batch.targetPositions),
    targets: ints(gathered, batch.targets),
    weights: floats(gathered, batch.weights),
  };
}

/** Real tokens of a batch. */
export const countTokens = (attend: Uint8Array): number => attend.reduce((sum, real) => sum + real, 0);
