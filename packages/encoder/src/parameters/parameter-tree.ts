/** A linear map: `kernel` `[in, out]`, `bias` `[out]`. */
export interface Linear<T> {
  readonly kernel: T;
  readonly bias: T;
}
/** A linear map that may be without bias: `kernel` `[in, out]`, `bias` `[out]`. */
export interface LinearMap<T> {
  readonly kernel: T;
  readonly bias?: T;
}
/** A layer norm: both `[width]`; the offset is absent where the config's `normOffset` is false. */
export interface Norm<T> {
  readonly scale: T;
  readonly offset?: T;
}

/** One block's weights. */
export interface BlockParameters<T> {
  readonly attention: {
    /** Absent where `attentionKind` is `random`, as is `key`. */
    readonly query?: LinearMap<T>;
    readonly key?: LinearMap<T>;
    readonly value: LinearMap<T>;
    readonly output: LinearMap<T>;
    /** Absent in the first block where `firstNorm` is false. */
    readonly norm?: Norm<T>;
    /** `[heads, maximum length, maximum length]`, where `attentionKind` is `random`. */
    readonly scores?: T;
    /** `[2 · maximum length − 1, width / heads]`, where `positionKind` is `relative`. */
    readonly distances?: T;
    /** Maps of the table of distances, where `positionKind` is `disentangled` and they are not those of content. */
    readonly positionKey?: LinearMap<T>;
    readonly positionQuery?: LinearMap<T>;
  };
  /** With `gated` the inner map is twice as wide: what goes through the curve, then the gate. */
  readonly feedForward: { readonly inner: LinearMap<T>; readonly outer: LinearMap<T>; readonly norm: Norm<T> };
}

/** The masked-language-model head. */
export interface LanguageModelParameters<T> {
  /** Width to the tables' width; absent, as the norm, where the config's `headTransform` is false. */
  readonly transform?: LinearMap<T>;
  readonly norm?: Norm<T>;
  /** `[vocabulary]`; absent where the config's `outputBias` is false. */
  readonly bias?: T;
  /** An output matrix of its own, `[vocabulary, embedding width]`; absent: the token table (tied). */
  readonly output?: T;
}

/** What the parameters of every family have: what heads, scoring and changes of the vocabulary reach for. */
export interface ModelParameters<T> {
  readonly embeddings: { readonly tokenTable: T };
  readonly languageModel: LanguageModelParameters<T>;
}

/** An encoder's weights; BERT and T-TA have the same ones. `T` is a host value, a tensor, or a moment of one. */
export interface EncoderParameters<T> {
  readonly embeddings: {
    /** `[vocabulary, embedding width]` */
    readonly tokenTable: T;
    /** `[maximum length, embedding width]`; absent where positions are rotary or relative. */
    readonly positionTable?: T;
    /** `[segment types, embedding width]`; absent where there are none. */
    readonly segmentTable?: T;
    /** Absent where the config's `embeddingNorm` is false. */
    readonly norm?: Norm<T>;
    /** From the tables' width to the blocks', where they differ. */
    readonly projection?: LinearMap<T>;
  };
  /** One a block, or those of each group where they are shared. */
  readonly layers: readonly BlockParameters<T>[];
  /** The last norm of a pre-layer-norm encoder. */
  readonly finalNorm?: Norm<T>;
  /** Of `disentangled` positions: `[2 · buckets, width]`, or 2 · longest distance rows, and the norm over it, where there is one. */
  readonly distances?: { readonly table: T; readonly norm?: Norm<T> };
  /** `[buckets, heads]`, where the config has `biasBuckets`. */
  readonly distanceBias?: T;
  /** A convolution beside the first block: `kernel` `[width, width, places]` (out, in), `bias` `[width]`. */
  readonly convolution?: { readonly kernel: T; readonly bias: T; readonly norm: Norm<T> };
  readonly languageModel: LanguageModelParameters<T>;
}
