export type { BertSettings } from './bert-settings.ts';
export { codePointOffsets } from './code-point-offsets.ts';
export { type CutOptions, type EncodeOptions, type Encoding, encode } from './encode.ts';
export { type NativeOptions, type NativeTokenizer, nativeTokenizer } from './native-tokenizer.ts';
export {
  type OpenTokenizer,
  type OpenTokenizerOptions,
  openTokenizer,
  tokenizerJsonOf,
} from './open-tokenizer.ts';
export { type PadOptions, padEncodings, type TokenBatch } from './pad-encodings.ts';
export { parseVocabulary } from './parse-vocabulary.ts';
export type { PlacedEncoding } from './place-encoding.ts';
export { splitWords } from './split-words.ts';
export { tokenizerJson } from './tokenizer-json.ts';
export type { TokenizerFiles } from './tokenizer-settings.ts';
export { type TrainVocabularyOptions, trainVocabulary } from './train-vocabulary.ts';
export type { Truncation } from './truncated-lengths.ts';
export { type SpecialIds, specialTokens, type Vocabulary, vocabularyFrom } from './vocabulary.ts';
export { wordBoundaries } from './word-boundaries.ts';
