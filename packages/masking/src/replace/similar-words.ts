/** Words that may stand for a word: each has as many tokens as the word; none when nothing is similar enough. */
export type SimilarWords = (word: Int32Array) => readonly Int32Array[];
