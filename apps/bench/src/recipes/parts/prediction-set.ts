/** The answer to one labelled example. */
export interface ClassLine {
  readonly id: number | string;
  readonly label: string;
  readonly prediction: string;
}

/** What a held-out text costs: summed loss in nats over its asked tokens. */
export interface LossLine {
  readonly id: number | string;
  readonly loss: number;
  readonly tokens: number;
}

/** A text that was written, beside the one asked for. */
export interface TextLine {
  readonly id: number | string;
  readonly reference: string;
  readonly prediction: string;
}

/** A similarity that was given, beside the one asked for. */
export interface SimilarityLine {
  readonly id: number | string;
  readonly label: number;
  readonly prediction: number;
}

/** An answer beside those that are accepted. */
export interface SpanLine {
  readonly id: number | string;
  readonly references: readonly string[];
  readonly prediction: string;
}

/** Predictions on one set of examples; figures are computed from them, now or later, by `scoreSet`. */
export type PredictionSet =
  | { readonly name: string; readonly kind: 'class'; readonly lines: readonly ClassLine[] }
  | { readonly name: string; readonly kind: 'loss'; readonly lines: readonly LossLine[] }
  | { readonly name: string; readonly kind: 'text'; readonly lines: readonly TextLine[] }
  /** F1 of the class `1`, and Matthews' correlation of `0` and `1`. */
  | { readonly name: string; readonly kind: 'f1' | 'matthews'; readonly lines: readonly ClassLine[] }
  /** F1 of entities; tags stand with blanks between. */
  | { readonly name: string; readonly kind: 'entities'; readonly lines: readonly ClassLine[] }
  /** CMRC2018's exact match, or its F1. */
  | { readonly name: string; readonly kind: 'exact-match' | 'overlap'; readonly lines: readonly SpanLine[] }
  | { readonly name: string; readonly kind: 'similarity'; readonly lines: readonly SimilarityLine[] };
