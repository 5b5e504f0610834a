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
    /** Absent where `attentionKind` is `random`, as is `key`. */
    readonly query?: Linear<T>;
    readonly key?: Linear<T>;
    readonly value: Linear<T>;
    readonly output: Linear<T>;
    readonly norm: Norm<T>;
    /** `[heads, maximum length, maximum length]`, where `attentionKind` is `random`. */
    readonly scores?: T;
    /** `[2 · maximum length − 1, width / heads]`, where `positionKind` is `relative`. */
    readonly distances?: T;
  };
  readonly feedForward: { readonly inner: Linear<T>; readonly outer: Linear<T>; readonly norm: Norm<T> };
}

/** The masked-language-model head. */
export interface LanguageModelParameters<T> {
  /** Width to the tables' width. */
  readonly transform: Linear<T>;
  readonly norm: Norm<T>;
  /** `[vocabulary]` */
  readonly bias: T;
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
    /** `[segment types, embedding width]` */
    readonly segmentTable?: T;
    readonly norm: Norm<T>;
    /** From the tables' width to the blocks', where they differ. */
    readonly projection?: Linear<T>;
  };
  /** One a block, or a single one where they are shared. */
  readonly layers: readonly BlockParameters<T>[];
  /** The last norm of a pre-layer-norm encoder. */
  readonly finalNorm?: Norm<T>;
  readonly languageModel: LanguageModelParameters<T>;
}
