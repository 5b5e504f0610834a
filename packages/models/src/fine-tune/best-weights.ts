/** Weights of the best evaluation that this process has seen. */
export interface BestWeights<Weights> {
  /** Keeps what `read` gives where `value` is the best so far; a value that is no number never is. */
  note(step: number, value: number, read: () => Weights): void;
  /** Those of an evaluation, if it is the best of this process. */
  of(step: number): Weights | undefined;
}

/** Begins with none. */
export function bestWeights<Weights>(greaterIsBetter: boolean): BestWeights<Weights> {
  let best: { readonly step: number; readonly value: number; readonly weights: Weights } | undefined;
  return {
    note: (step, value, read) => {
      if (!Number.isFinite(value)) return;
      if (best !== undefined && (greaterIsBetter ? value <= best.value : value >= best.value)) return;
      best = { step, value, weights: read() };
    },
    of: (step) => (best?.step === step ? best.weights : undefined),
  };
}
