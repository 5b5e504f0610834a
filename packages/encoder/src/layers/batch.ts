import type { Tensor } from '@cloze/backend';

/** Token rows on the engine. */
export interface TokenInputs {
  /** int32 `[batch, length]` */
  readonly ids: Tensor;
  /** int32 `[batch, length]` */
  readonly segments: Tensor;
  /** bool `[batch, length]`: true for real tokens */
  readonly attend: Tensor;
}

/** What an encoder returns. */
export interface Encoded {
  /** `[batch, length, width]` */
  readonly hidden: Tensor;
  /** The embeddings that entered the first block, `[batch, length, width]`: regularisers may perturb them. */
  readonly embeddings: Tensor;
}
