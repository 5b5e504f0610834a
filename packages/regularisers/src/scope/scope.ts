import type { Tensor } from '@cloze/backend';

/**
 * What is perturbed or penalised: a tensor x, taken from parameters and batch and put back into them.
 *
 * A pure function has no hooks: whoever perturbs x evaluates the same objective on other parameters, and nothing has to be restored.
 */
export interface Scope<P, B> {
  /** What the first axis of x numbers: rows of a table, or rows (samples) of the batch. Per-sample norms need `batch`. */
  readonly rows: 'table' | 'batch';
  readonly of: (parameters: P, batch: B) => Tensor;
  /** Parameters and batch in which the model finds `x` in place of `of(parameters, batch)`. */
  readonly put: (parameters: P, batch: B, x: Tensor) => readonly [P, B];
}

/** A scope found by paths: it fits any parameters and batch that have them. */
export interface PathScope {
  readonly rows: 'table' | 'batch';
  readonly of: (parameters: unknown, batch: unknown) => Tensor;
  readonly put: <P, B>(parameters: P, batch: B, x: Tensor) => readonly [P, B];
}
