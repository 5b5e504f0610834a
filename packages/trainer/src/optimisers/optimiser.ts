import type { HostTensor, Tensor } from '@cloze/backend';
import type { Leaves } from './leaves.ts';

/** What one part of an optimiser keeps: tensors by slot and path, such as `mean` → `layers/0/…`. */
export type Slots<T> = Readonly<Record<string, Leaves<T>>>;

/** State by part, slot and path (`adamW/mean/layers/0/…`), so that a part more or less shifts nothing in a checkpoint. */
export type OptimiserState<T = HostTensor> = Readonly<Record<string, Slots<T>>>;

/** What is fed at a step, by part and name: rates, powers of β. */
export type OptimiserScalars<T> = Readonly<Record<string, Leaves<T>>>;

/** Plain data that tells one optimiser from another, by part: a run's identity. */
export type OptimiserSettings = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Parameters that are trained and their gradients `[...]`, by the same paths. */
export interface Operands {
  readonly parameters: Leaves<Tensor>;
  readonly gradients: Leaves<Tensor>;
}

/** Changes gradients before an optimiser reads them: `clip`. */
export interface GradientPart {
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** What it keeps from step to step, for the parameters that are trained; default nothing. */
  readonly initial?: (parameters: Leaves<HostTensor>) => Slots<HostTensor>;
  /** What is fed at step t = 1, 2, …; default nothing. */
  readonly scalars?: (step: number) => Leaves<HostTensor>;
  /** Other gradients, the next state where it keeps one, and scalars for the log. */
  readonly update: (
    operands: Operands & { readonly state: Slots<Tensor> },
    scalars: Leaves<Tensor>,
  ) => {
    readonly gradients: Leaves<Tensor>;
    readonly state?: Slots<Tensor>;
    readonly metrics?: Readonly<Record<string, Tensor>>;
  };
}

/** Writes parameters from gradients, as pure functions: what `adamW`, `lamb`, `adafactor`, `sgd` and `chain` give. */
export interface Optimiser {
  readonly name: string;
  readonly settings: OptimiserSettings;
  /** Whether a parameter is trained, by its path. A frozen one has no state, and nobody computes its gradient. */
  readonly trains: (path: string) => boolean;
  /**
   * The state at the start, a tree for `createVariables`.
   *
   * @param parameters a tree of host tensors @throws {RangeError} naming patterns of its settings that match no parameter
   */
  readonly initial: (parameters: unknown) => OptimiserState<HostTensor>;
  /** What is fed at step t = 1, 2, …: rates, powers of β. */
  readonly scalars: (step: number) => OptimiserScalars<HostTensor>;
  /** One update of the parameters that are trained, matched by path. @throws {RangeError} naming each without a gradient or state */
  readonly update: (
    operands: Operands & { readonly state: OptimiserState<Tensor> },
    scalars: OptimiserScalars<Tensor>,
  ) => {
    readonly parameters: Leaves<Tensor>;
    readonly state: OptimiserState<Tensor>;
    /** Scalars for the log, such as `gradNorm` of `clip`. */
    readonly metrics: Readonly<Record<string, Tensor>>;
  };
}
