/** What becomes of a key of `tokenizer_config.json` or `special_tokens_map.json`: read, without effect on ids, or read only where it says one of these. */
export type TokenizerKeyDecision =
  | 'read'
  | 'harmless'
  | { readonly only: readonly unknown[]; readonly because: string };

const only = (because: string, ...values: readonly unknown[]): TokenizerKeyDecision => ({ only: values, because });
const notBuilt = 'it is not built here';

/** Every key of `tokenizer_config.json` and `special_tokens_map.json` that transformers' classes know, today or in former versions, and what becomes of it. */
export const tokenizerKeys: Readonly<Record<string, TokenizerKeyDecision>> = {
  tokenizer_class: 'read',
  do_lower_case: 'read',
  strip_accents: 'read',
  tokenize_chinese_chars: 'read',
  add_prefix_space: 'read',
  keep_accents: 'read',
  split_by_punct: 'read',
  added_tokens_decoder: 'read',
  additional_special_tokens: 'read',
  extra_special_tokens: 'read',
  pad_token: 'read',
  unk_token: 'read',
  cls_token: 'read',
  sep_token: 'read',
  mask_token: 'read',
  bos_token: 'read',
  eos_token: 'read',
  // Read where sentence vectors are made (sentence-transformers cuts there); elsewhere the caller says how long a row is.
  model_max_length: 'read',
  split_special_tokens: only('special tokens written in a text are always one token here', false, null),
  never_split: only(notBuilt, null, []),
  do_basic_tokenize: only(notBuilt, true, null),
  clean_text: only('transformers 5 always cleans', true, null),
  wordpieces_prefix: only('transformers 5 always has ##', '##', null),
  remove_space: only(notBuilt, true, null),
  sp_model_kwargs: only(notBuilt, null, {}),
  word_tokenizer_type: only(notBuilt, null),
  subword_tokenizer_type: only(notBuilt, null),
  mecab_kwargs: only(notBuilt, null),
  sudachi_kwargs: only(notBuilt, null),
  jumanpp_kwargs: only(notBuilt, null),
  add_bos_token: 'harmless',
  add_eos_token: 'harmless',
  truncation_side: 'read',
  truncation_strategy: 'harmless',
  truncation: 'harmless',
  max_length: 'harmless',
  stride: 'harmless',
  // Pads are never seen, and positions are counted from the first token of a text.
  padding: 'harmless',
  padding_side: 'harmless',
  pad_to_multiple_of: 'harmless',
  pad_token_type_id: 'harmless',
  trim_offsets: 'harmless',
  errors: 'harmless',
  clean_up_tokenization_spaces: 'harmless',
  model_input_names: 'harmless',
  return_token_type_ids: 'harmless',
  backend: 'harmless',
  is_local: 'harmless',
  local_files_only: 'harmless',
  name_or_path: 'harmless',
  special_tokens_map_file: 'harmless',
  special_tokens: 'harmless',
  tokenizer_file: 'harmless',
  vocab_file: 'harmless',
  vocab: 'harmless',
  merges: 'harmless',
  merges_file: 'harmless',
  tokenizer_object: 'harmless',
  tokenizer_padding: 'harmless',
  tokenizer_truncation: 'harmless',
  post_processor: 'harmless',
  gguf_file: 'harmless',
  fix_mistral_regex: 'harmless',
  auto_map: 'harmless',
  chat_template: 'harmless',
  response_schema: 'harmless',
  response_template: 'harmless',
  processor_class: 'harmless',
  model_specific_special_tokens: 'harmless',
  init_inputs: 'harmless',
  use_fast: 'harmless',
  fast_tokenizer_files: only(notBuilt, null, []),
  verbose: 'harmless',
  max_len: 'read',
  unk_id: 'harmless',
  tokenizer: 'harmless',
  files_loaded: 'harmless',
  chat_control_tokens: 'harmless',
  clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output: 'harmless',
};

/** Keys that say what is not read here, each as part of a sentence. @param name of the file */
export function keyProblems(config: Readonly<Record<string, unknown>>, name: string): string[] {
  return Object.entries(tokenizerKeys).flatMap(([key, decision]) => {
    if (typeof decision === 'string' || !Object.hasOwn(config, key)) return [];
    const value = JSON.stringify(config[key]);
    if (decision.only.some((known) => JSON.stringify(known) === value)) return [];
    const known = decision.only.map((item) => JSON.stringify(item)).join(' or ');
    return [`${name}: ${key} is ${value.slice(0, 100)}, read is only ${known}: ${decision.because}`];
  });
}
