import { checkOptions, flag } from '@cloze/checks';
import type { BertSettings } from './bert-settings.ts';
import { checkVocabulary, type SpecialIds, type Vocabulary } from './vocabulary.ts';

/** BERT's rules as parts of a `tokenizer.json`: normaliser, pre-tokeniser, WordPiece and template. @param tokens the vocabulary, all ids with those of added tokens, and what the special tokens are called */
export function tokenizerParts(
  {
    vocab,
    ids,
    special,
  }: {
    readonly vocab: ReadonlyMap<string, number>;
    readonly ids: ReadonlyMap<string, number>;
    readonly special: Readonly<Record<keyof SpecialIds, string>>;
  },
  { lowercase = true, stripAccents, tokenizeChineseChars = true }: BertSettings,
) {
  const mark = (token: string, type: number) => ({ SpecialToken: { id: token, type_id: type } });
  const text = (id: 'A' | 'B', type: number) => ({ Sequence: { id, type_id: type } });
  const { classify, separate } = special;
  return {
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
        [classify, separate].map((token) => [token, { id: token, ids: [ids.get(token)], tokens: [token] }]),
      ),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: special.unknown,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocab),
    },
  };
}

/**
 * A vocabulary as Hugging Face's `tokenizer.json`: BERT's normaliser, pre-tokeniser, WordPiece and template.
 *
 * @throws {TypeError} for what is no vocabulary
 */
export function tokenizerJson(vocabulary: Vocabulary, settings: BertSettings = {}): string {
  checkVocabulary('tokenizerJson', vocabulary);
  checkOptions('tokenizerJson', settings, { lowercase: flag, stripAccents: flag, tokenizeChineseChars: flag });

  const { tokens, special } = vocabulary;
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
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const { pad, unknown, classify, separate, mask } = special;
  const names = {
    pad: tokenOf(pad),
    unknown: tokenOf(unknown),
    classify: tokenOf(classify),
    separate: tokenOf(separate),
    mask: tokenOf(mask),
  };
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    ...tokenizerParts({ vocab: ids, ids, special: names }, settings),
  });
}
