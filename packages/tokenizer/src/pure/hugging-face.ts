import * as library from '@huggingface/tokenizers';

interface Rules {
  readonly type: string;
}

/** What is called of `@huggingface/tokenizers`: its own declarations (0.2) name files without their endings, which Node's rules do not find. */
type Library = typeof library & {
  readonly BertNormalizer: new (
    rules: Rules & {
      readonly clean_text: boolean;
      readonly handle_chinese_chars: boolean;
      readonly strip_accents: boolean;
      readonly lowercase: boolean;
    },
  ) => { normalize(text: string): string };
  readonly BertPreTokenizer: new () => { pre_tokenize_text(text: string): string[] };
  readonly WordPiece: new (rules: Rules) => { encode(words: readonly string[]): string[] };
  readonly WordPieceDecoder: new (
    rules: Rules & { readonly prefix?: string | undefined; readonly cleanup?: boolean | undefined },
  ) => { decode(tokens: readonly string[]): string };
};

// Property by property, so that a bundler leaves the rest out.
export const BertNormalizer = (library as Library).BertNormalizer;
export const BertPreTokenizer = (library as Library).BertPreTokenizer;
export const WordPiece = (library as Library).WordPiece;
export const WordPieceDecoder = (library as Library).WordPieceDecoder;
