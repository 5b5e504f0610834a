import type { Key, Tensor } from '@cloze/backend';
import type { Passes } from './passes.ts';

/** What an objective gives. */
export interface ObjectiveValue<O = unknown> {
  /** What is minimised, a scalar. */
  readonly loss: Tensor;
  /** Scalars for the log, unweighted: what the loss was made of. */
  readonly parts: Readonly<Record<string, Tensor>>;
  /** What the model gave: logits, or a record of all a regulariser may ask for. `objectiveOf` fills it in. */
  readonly output?: O;
}

/**
 * A loss as a pure function of parameters, a batch and a key; no key means no dropout and no noise.
 *
 * A regulariser turns one objective into another, so they nest: `fgm(rDrop(objective, …), …)`.
 */
export interface Objective<P, B, O = unknown> {
  (parameters: P, batch: B, key: Key | undefined): ObjectiveValue<O>;
  /** What one step of it costs; absent: one forward, one backward. */
  readonly passes?: Passes;
}

/** A model as a pure function: logits `[rows, classes]`, a sentence vector `[rows, width]`, or a record of tensors. */
export type Model<P, B, O = Tensor> = (parameters: P, batch: B, key: Key | undefined) => O;
