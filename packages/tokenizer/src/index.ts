export { isHan, isPunctuation } from './characters.ts';
export { type EncodeOptions, type Encoding, encode } from './encode.ts';
export { type NativeOptions, type NativeTokenizer, nativeTokenizer, type PlacedEncoding } from './native-tokenizer.ts';
export { padEncodings, type TokenBatch } from './pad-encodings.ts';
export { splitWords, type Word } from './split-words.ts';
export { tokenizerJson } from './tokenizer-json.ts';
export { trainVocabulary } from './train-vocabulary.ts';
export { type SpecialIds, specialTokens, type Vocabulary, vocabularyFrom } from './vocabulary.ts';
export { wordBoundaries } from './word-boundaries.ts';
