/** A sentence as tokens; an Encoding of @cloze/tokenizer is one. */
export interface ScorableSentence {
  readonly ids: ArrayLike<number>;
  /** 1 for boundary tokens such as [CLS] and [SEP]. */
  readonly special: ArrayLike<number>;
  /** 1 for special tokens that the text itself spells: they are no words and never scored. */
  readonly written?: ArrayLike<number>;
  /** Number of the word of each token, −1 for boundary tokens; needed by `maskWordsLeftToRight`. */
  readonly wordNumbers?: ArrayLike<number>;
  /** Which tokens to score, by their place; default all that the boundary rule allows. */
  readonly places?: readonly number[];
}
