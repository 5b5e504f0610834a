/**
 * What a training step costs, in passes of the plain model over the plain batch.
 *
 * `forward` counts evaluations of the model, `backward` how often one of them is swept backwards, the optimiser's sweep included:
 * a plain step is 1 and 1. A pass over twice the rows (`interleaved`, `concatenated`) counts once.
 */
export interface Passes {
  readonly forward: number;
  readonly backward: number;
}
