import type { BertSettings } from './bert-settings.ts';
import type { Vocabulary } from './vocabulary.ts';

/**
 * A vocabulary as Hugging Face's `tokenizer.json`: BERT's normaliser, pre-tokeniser, WordPiece and template.
 */
export function tokenizerJson(
  { tokens, special }: Vocabulary,
  { lowercase = true, stripAccents, tokenizeChineseChars = true }: BertSettings = {},
): string {
  const tokenOf = (id: number) => tokens[id] as string;
  const added = Object.values(special)
    .sort((a, b) => a - b)
    .map((id) => ({
      id,
      content: tokenOf(id),
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    }));
  const mark = (id: number, type: number) => ({ SpecialToken: { id: tokenOf(id), type_id: type } });
  const text = (id: 'A' | 'B', type: number) => ({ Sequence: { id, type_id: type } });
  const { classify, separate } = special;
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: tokenizeChineseChars,
      strip_accents: stripAccents ?? null,
      lowercase,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [mark(classify, 0), text('A', 0), mark(separate, 0)],
      pair: [mark(classify, 0), text('A', 0), mark(separate, 0), text('B', 1), mark(separate, 1)],
      special_tokens: Object.fromEntries(
        [classify, separate].map((id) => [tokenOf(id), { id: tokenOf(id), ids: [id], tokens: [tokenOf(id)] }]),
      ),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: tokenOf(special.unknown),
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    },
  });
}
