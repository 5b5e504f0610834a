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

interface NormalizerPart {
  readonly type: string;
  readonly clean_text?: boolean;
  readonly handle_chinese_chars?: boolean;
  readonly strip_accents?: boolean | null;
  readonly lowercase?: boolean;
}

/** A special token or a text, as a template names it. */
export type TemplatePiece =
  | { readonly SpecialToken: { readonly id: string; readonly type_id: number } }
  | { readonly Sequence: { readonly id: 'A' | 'B'; readonly type_id: number } };

/** What is read of a `tokenizer.json`. */
export interface WordPieceFile {
  readonly added_tokens?: readonly AddedEntry[] | null;
  readonly normalizer: (NormalizerPart & { readonly normalizers?: readonly NormalizerPart[] }) | null;
  readonly pre_tokenizer: { readonly type: string } | null;
  readonly model: {
    readonly type: string;
    readonly vocab: Readonly<Record<string, number>>;
    readonly unk_token: string;
    readonly continuing_subword_prefix: string;
    readonly max_input_chars_per_word: number;
  };
  readonly decoder: { readonly type: string; readonly prefix: string; readonly cleanup: boolean };
  readonly post_processor: {
    readonly type: string;
    readonly single: readonly TemplatePiece[];
    readonly pair: readonly TemplatePiece[];
    readonly special_tokens: Readonly<Record<string, { readonly ids: readonly number[] }>>;
  };
}

/** The normalisers of a file, one after the other. */
export const normalizersIn = ({ normalizer }: Pick<WordPieceFile, 'normalizer'>): readonly NormalizerPart[] =>
  normalizer === null ? [] : (normalizer.normalizers ?? [normalizer]);

const typeOf = (part: { readonly type: string } | null | undefined) => part?.type ?? 'none';

/** @throws {Error} naming the parts that are not BERT's, which a browser does not read */
export function readWordPiece(json: string): WordPieceFile {
  const file: WordPieceFile = JSON.parse(json);
  const { model, normalizer, pre_tokenizer, post_processor, decoder } = file;
  const others = [
    ...(typeOf(model) === 'WordPiece' ? [] : [`model is ${typeOf(model)}`]),
    ...(normalizersIn(file).every(({ type }) => type === 'BertNormalizer' || type === 'Lowercase')
      ? []
      : [`normalizer is ${typeOf(normalizer)}`]),
    ...(typeOf(pre_tokenizer) === 'BertPreTokenizer' ? [] : [`pre_tokenizer is ${typeOf(pre_tokenizer)}`]),
    ...(typeOf(post_processor) === 'TemplateProcessing' ? [] : [`post_processor is ${typeOf(post_processor)}`]),
    ...(typeOf(decoder) === 'WordPiece' ? [] : [`decoder is ${typeOf(decoder)}`]),
  ];
  if (others.length > 0)
    throw new Error(
      `in a browser only WordPiece by BERT's rules is read, and here ${others.join(', ')}; encode its texts under Node`,
    );
  return file;
}
