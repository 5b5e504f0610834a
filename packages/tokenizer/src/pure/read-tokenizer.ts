import { type AroundPart, aroundPartsIn, isAround } from './around.ts';
import type { BytePairModel } from './byte-pairs.ts';
import { type DecoderPart, isDecoder } from './decoders.ts';
import { isNormalizer, type NormalizerPart, normalizersIn } from './normalizers.ts';
import { isPreTokenizer, type PreTokenizerPart, preTokenizersIn } from './pre-tokenizers.ts';
import type { UnigramModel } from './unigram.ts';
import type { WordPieceModel } from './word-piece.ts';

/** A piece of a word, its place in UTF-16 units of the word. */
export interface Piece {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** An added token as `tokenizer.json` has it. */
export interface AddedEntry {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  readonly normalized: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly single_word: boolean;
}

/** The model of a `tokenizer.json`. */
export type ModelPart =
  | ({ readonly type: 'WordPiece' } & WordPieceModel)
  | ({ readonly type: 'BPE' } & BytePairModel)
  | ({ readonly type: 'Unigram' } & UnigramModel);

/** What is read of a `tokenizer.json`. */
export interface TokenizerFile {
  readonly added_tokens?: readonly AddedEntry[] | null;
  readonly normalizer: NormalizerPart | null;
  readonly pre_tokenizer: PreTokenizerPart | null;
  readonly model: ModelPart;
  readonly decoder: DecoderPart | null;
  readonly post_processor: AroundPart | null;
}

/** What is said of a model that this code has no meaning for. */
function modelProblems(model: Readonly<Record<string, unknown>>): string[] {
  const { type } = model;
  if (type !== 'WordPiece' && type !== 'BPE' && type !== 'Unigram') return [`model is ${type}`];
  return [
    ...(model.byte_fallback === true ? [`model is ${type} with bytes for unknown characters`] : []),
    ...(type === 'BPE' && (model.continuing_subword_prefix || model.end_of_word_suffix)
      ? ['model is BPE with marks inside words']
      : []),
  ];
}

/** @throws {Error} naming the parts that are not read without the native code */
export function readTokenizer(json: string): TokenizerFile {
  const parsed = JSON.parse(json);
  const file: TokenizerFile = {
    ...{ normalizer: null, pre_tokenizer: null, decoder: null, post_processor: null },
    ...parsed,
  };
  const unread = (what: string, parts: readonly { readonly type: string }[]) =>
    parts.map(({ type }) => `${what} has ${type}`);
  const others = [
    ...modelProblems(parsed.model ?? {}),
    ...unread(
      'normalizer',
      normalizersIn(file.normalizer).filter((part) => !isNormalizer(part)),
    ),
    ...unread(
      'pre_tokenizer',
      preTokenizersIn(file.pre_tokenizer).filter((part) => !isPreTokenizer(part)),
    ),
    ...unread(
      'post_processor',
      aroundPartsIn(file.post_processor).filter((part) => !isAround(part)),
    ),
    ...unread('decoder', file.decoder && !isDecoder(file.decoder) ? [file.decoder] : []),
  ];
  if (others.length > 0)
    throw new Error(
      `in a browser BERT's, RoBERTa's and sentencepiece's rules are read, and here ${others.join(', ')}; encode its texts under Node`,
    );
  return file;
}
