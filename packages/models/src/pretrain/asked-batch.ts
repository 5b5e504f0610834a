import { bools, floats, type HostTensor, ints } from '@cloze/backend';
import type { MaskedBatch } from '@cloze/masking';

/** Masked rows with what is asked of them; slots of weight 0 ask nothing. */
export interface AskedBatch<T> {
  readonly ids: T;
  readonly segments: T;
  readonly attend: T;
  /** Where each token stands, for rows that lost tokens. */
  readonly positionIds?: T;
  /** int32 `[rows, slots]` */
  readonly targetPositions: T;
  /** int32 `[rows, slots]` */
  readonly targets: T;
  /** float32 `[rows, slots]` */
  readonly weights: T;
}

/** A masked batch as host tensors. */
export function askedBatch({
  shape,
  slots,
  ids,
  segments,
  attend,
  targetPositions,
  targets,
  weights,
}: MaskedBatch): AskedBatch<HostTensor> {
  const asked = [shape[0], slots];
  return {
    ids: ints(shape, ids),
    segments: ints(shape, segments),
    attend: bools(shape, attend),
    targetPositions: ints(asked, targetPositions),
    targets: ints(asked, targets),
    weights: floats(asked, weights),
  };
}
