/** Best so far and evaluations since. */
export interface Progress {
  readonly best?: { readonly step: number; readonly value: number } | undefined;
  /** Evaluations in a row without improvement. */
  readonly stale: number;
}

/** When a run is stopped early; names as in Hugging Face's `EarlyStoppingCallback`. */
export interface EarlyStopping {
  /** Evaluations without improvement after which the run stops; default none, never. */
  readonly earlyStoppingPatience?: number;
  /** An improvement must be larger than this; default 0. */
  readonly earlyStoppingThreshold?: number;
  /** Whether larger values are better. */
  readonly greaterIsBetter?: boolean;
}

/** Judges one evaluation; a value that is no number counts as no improvement. @param stopping `greaterIsBetter` is false by default here, where the metric has no name */
export function judgeEvaluation(
  progress: Progress,
  step: number,
  value: number,
  { earlyStoppingThreshold = 0, greaterIsBetter = false }: EarlyStopping = {},
): Progress {
  const gain =
    progress.best === undefined ? Number.POSITIVE_INFINITY : (progress.best.value - value) * (greaterIsBetter ? -1 : 1);
  const usable = Number.isFinite(value);
  const best = usable && gain > 0 ? { step, value } : progress.best;
  return { best, stale: usable && gain > earlyStoppingThreshold ? 0 : progress.stale + 1 };
}

/** Whether patience has run out. */
export const isExhausted = ({ stale }: Progress, { earlyStoppingPatience }: EarlyStopping): boolean =>
  earlyStoppingPatience !== undefined && stale >= earlyStoppingPatience;
