import type { Tensor } from '@cloze/backend';
import type { KeysValues } from './attend.ts';

/** Token rows on the engine. */
export interface TokenInputs {
  /** int32 `[batch, length]` */
  readonly ids: Tensor;
  /** int32 `[batch, length]` */
  readonly segments: Tensor;
  /** bool `[batch, length]`: true for real tokens */
  readonly attend: Tensor;
  /** int32 `[batch, length]`: where each token stands; default 0, 1, 2, … Kept tokens of a shortened row keep their own (MAE, DropToken), packed rows begin again. */
  readonly positionIds?: Tensor | undefined;
  /** int32 `[batch, length]`: which row of the position table each token takes, `positionOffset` not counted, where that is not where it stands: a padding token that a text of RoBERTa's spells takes −1, and those behind it one less. Default `positionIds`. */
  readonly tablePositions?: Tensor | undefined;
  /** Packed rows, int32 `[batch, length]`: the number of the text that each token belongs to, 1, 2, … one after another, then 0 for padding. A token sees its own text alone; `positionIds` begin again with each. */
  readonly texts?: Tensor | undefined;
}

/** What an encoder returns. Nothing here costs anything until it is used. */
export interface Encoded {
  /** `[batch, length, width]` */
  readonly hidden: Tensor;
  /** The embeddings that entered the first block, `[batch, length, width]`: regularisers may perturb them. */
  readonly embeddings: Tensor;
  /** The stream before the first block and after each one, `layers + 1` of `[batch, length, width]`. */
  readonly states: readonly Tensor[];
  /** Attention weights of each layer before dropout, `[batch, heads, length, length]`. */
  readonly weights: readonly Tensor[];
  /** Keys and values of each layer, for a cache. */
  readonly keysValues: readonly KeysValues[];
}
