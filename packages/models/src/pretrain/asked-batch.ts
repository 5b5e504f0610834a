import { bools, floats, type HostTensor, ints } from '@cloze/backend';
import type { MaskedBatch } from '@cloze/masking';
import { type ModelBatch, modelBatch } from '../model/model-batch.ts';

/** Masked rows with what is asked of them; slots of weight 0 ask nothing. */
export interface AskedBatch<T> extends ModelBatch<T> {
  /** int32 `[rows, slots]` */
  readonly targetPositions: T;
  /** int32 `[rows, slots]` */
  readonly targets: T;
  /** float32 `[rows, slots]` */
  readonly weights: T;
  /** float32 `[rows]`: what the losses are divided by, summed; absent where that is the sum of the weights. */
  readonly divisors?: T;
  /** bool `[rows]`: those whose tokens see only what comes before; absent where there are none. */
  readonly causal?: T;
}

/** A masked batch as host tensors. */
export function askedBatch(
  batch: Pick<
    MaskedBatch,
    | 'shape'
    | 'slots'
    | 'ids'
    | 'segments'
    | 'attend'
    | 'targetPositions'
    | 'targets'
    | 'weights'
    | 'divisors'
    | 'causal'
  >,
): AskedBatch<HostTensor> {
  const asked = [batch.shape[0], batch.slots];
  return {
    ...modelBatch(batch),
    targetPositions: ints(asked, batch.targetPositions),
    targets: ints(asked, batch.targets),
    weights: floats(asked, batch.weights),
    ...(batch.divisors && { divisors: floats([batch.shape[0]], batch.divisors) }),
    ...(batch.causal && { causal: bools([batch.shape[0]], batch.causal) }),
  };
}
