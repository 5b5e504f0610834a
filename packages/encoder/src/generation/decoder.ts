/** Something that says what comes next, for several rows at once; the searches know no more of a model than this. */
export interface Decoder {
  /** Log-probabilities of each row's first token, `[rows, vocabulary]`. */
  start(): Promise<Float32Array>;
  /** Row r goes on as row `parents[r]` did, with `tokens[r]`; log-probabilities of the next, `[rows, vocabulary]`. */
  advance(parents: ArrayLike<number>, tokens: ArrayLike<number>): Promise<Float32Array>;
}

/** A text that a search found. */
export interface Hypothesis {
  /** Without the end token. */
  readonly tokens: readonly number[];
  /** `Σ ln p` over the tokens and, if it came, the end token. */
  readonly logProbability: number;
  /** Whether the end token came before the limit. */
  readonly ended: boolean;
}
