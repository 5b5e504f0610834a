/** A collocation. */
export interface PmiEntry {
  readonly words: readonly string[];
  readonly count: number;
  /** Pointwise mutual information in nats. */
  readonly score: number;
}

/** Collocations, by length and falling score, with what they were made from. */
export interface PmiVocabulary {
  readonly entries: readonly PmiEntry[];
  /** Exponent of p(n-gram) in the score. */
  readonly numeratorPower: 1 | 2;
  /** Least count of an entry. */
  readonly minimum: number;
  /** Number of n-grams of the corpus for n = 1, 2, …, rare ones included. */
  readonly totals: readonly number[];
}
