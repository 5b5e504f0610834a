import type { Key, Tensor } from '@cloze/backend';

/** What an objective returns: the loss to minimise, and its parts for the log. All scalars. */
export interface ObjectiveValue {
  readonly loss: Tensor;
  readonly parts: Readonly<Record<string, Tensor>>;
}

/** A loss as a pure function of parameters, a batch and a key; no key means no dropout. */
export type Objective<P, B> = (parameters: P, batch: B, key: Key | undefined) => ObjectiveValue;

/** A model as a pure function: logits `[rows, classes]`. */
export type Predict<P, B> = (parameters: P, batch: B, key: Key | undefined) => Tensor;
