/** An encoding of a binding. */
export interface NativeEncoding {
  getIds(): number[];
  getTypeIds(): number[];
  getSpecialTokensMask(): number[];
  getWordIds(): (number | null | undefined)[];
  /** In code points. */
  getOffsets(): number[][];
  getSequenceIds(): (number | null | undefined)[];
}

/** A tokenizer of a binding. */
export interface NativeHandle {
  encode(text: string, pair: string): Promise<NativeEncoding>;
  encodeBatch(texts: readonly string[]): Promise<NativeEncoding[]>;
  decode(ids: readonly number[], skipSpecialTokens: boolean): Promise<string>;
  tokenToId(token: string): number | null;
  idToToken(id: number): string | null;
  getVocabSize(): number;
}

/** What is called of Hugging Face's tokenizers: the native `tokenizers` under Node, in a browser the same over `@huggingface/tokenizers`. */
export interface Binding {
  Tokenizer: { fromString(json: string): NativeHandle };
  bertNormalizer(options: {
    cleanText: boolean;
    handleChineseChars: boolean;
    stripAccents: boolean;
    lowercase: boolean;
  }): { normalizeString(text: string): string };
  bertPreTokenizer(): { preTokenizeString(text: string): [word: string, place: [number, number]][] };
}

/** Cuts Chinese into words. */
export interface WordCutter {
  /** @param newWords let the hidden Markov model find words the dictionary lacks */
  cut(text: string, newWords: boolean): readonly string[];
}
