/** A linear map: `kernel` `[in, out]`, `bias` `[out]`. */
export interface Linear<T> {
  readonly kernel: T;
  readonly bias: T;
}
/** A layer norm: both `[width]`. */
export interface Norm<T> {
  readonly scale: T;
  readonly offset: T;
}

/** One block's weights. */
export interface BlockParameters<T> {
  readonly attention: {
    readonly query: Linear<T>;
    readonly key: Linear<T>;
    readonly value: Linear<T>;
    readonly output: Linear<T>;
    readonly norm: Norm<T>;
  };
  readonly feedForward: { readonly inner: Linear<T>; readonly outer: Linear<T>; readonly norm: Norm<T> };
}

/** An encoder's weights; BERT and T-TA have the same ones. `T` is a host value, a tensor, or a moment of one. */
export interface EncoderParameters<T> {
  readonly embeddings: {
    /** `[vocabulary, width]` */
    readonly words: T;
    /** `[maximum length, width]` */
    readonly positions: T;
    /** `[segment types, width]` */
    readonly segments: T;
    readonly norm: Norm<T>;
  };
  readonly layers: readonly BlockParameters<T>[];
  /** The masked-language-model head; its output matrix is the token table. */
  readonly languageModel: { readonly transform: Linear<T>; readonly norm: Norm<T>; readonly bias: T };
}
