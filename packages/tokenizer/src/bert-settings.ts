/** How BERT prepares text; names and defaults as in Hugging Face's `tokenizer_config.json`. */
export interface BertSettings {
  /** Lower-case, `do_lower_case`. Default true. */
  readonly lowercase?: boolean;
  /** Drop accents, `strip_accents`. Default: as `lowercase`. */
  readonly stripAccents?: boolean | undefined;
  /** Put every Han character on its own, `tokenize_chinese_chars`. Default true. */
  readonly tokenizeChineseChars?: boolean;
}
