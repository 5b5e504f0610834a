/** A model's output and its gradient at a point, `[tokens × width]`. */
export interface GradientAt {
  readonly value: number;
  readonly gradient: ArrayLike<number>;
}

/** Output and gradient at each of several points `[tokens × width]`, such as embeddings of a sentence: one batch of a model. */
export type GradientFunction = (points: readonly Float64Array[]) => Promise<readonly GradientAt[]>;

/** The embedded tokens that are explained. */
export interface AttributionInput {
  /** `[tokens × width]`, row by row. */
  readonly input: ArrayLike<number>;
  readonly width: number;
  readonly gradient: GradientFunction;
}

/** How much each token counts. */
export interface Attribution {
  /** `[tokens]`, the sum over width: signed, above 0 speaks for the output. */
  readonly tokens: Float64Array;
  /** `[tokens × width]`. */
  readonly dimensions: Float64Array;
  /** The output explained. */
  readonly value: number;
}
