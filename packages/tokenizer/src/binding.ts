import { createRequire } from 'node:module';

/** An encoding of the native binding. */
export interface NativeEncoding {
  getIds(): number[];
  getTypeIds(): number[];
  getSpecialTokensMask(): number[];
  getWordIds(): (number | null | undefined)[];
  getOffsets(): number[][];
  getSequenceIds(): (number | null | undefined)[];
}

/** A tokenizer of the native binding. */
export interface NativeHandle {
  encode(text: string, pair: string): Promise<NativeEncoding>;
  encodeBatch(texts: readonly string[]): Promise<NativeEncoding[]>;
  decode(ids: readonly number[], skipSpecialTokens: boolean): Promise<string>;
  tokenToId(token: string): number | null;
  idToToken(id: number): string | null;
  getVocabSize(): number;
}

/** The part of the native binding that is called; its own declarations do not compile without `skipLibCheck`. */
interface Native {
  Tokenizer: { fromString(json: string): NativeHandle };
  bertNormalizer(options: {
    cleanText: boolean;
    handleChineseChars: boolean;
    stripAccents: boolean;
    lowercase: boolean;
  }): { normalizeString(text: string): string };
  bertPreTokenizer(): { preTokenizeString(text: string): [word: string, place: [number, number]][] };
}

let native: Native | undefined;

/** The native `tokenizers`, loaded at first use. @throws {Error} saying what to do where it has no build for this system */
export function binding(): Native {
  try {
    native ??= createRequire(import.meta.url)('tokenizers') as Native;
    return native;
  } catch (error) {
    throw new Error(
      `tokenizers has no native build for ${process.platform}-${process.arch} here (${error instanceof Error ? error.message.split('\n')[0] : error}); install again with optional dependencies on.`,
    );
  }
}
