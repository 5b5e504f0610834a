/** Sizes and rates of an encoder; Hugging Face's meaning, in camelCase. */
export interface EncoderConfig {
  /** Rows of the token table. */
  readonly vocabularySize: number;
  /** Features of each position (`hidden_size`). */
  readonly width: number;
  /** Number of blocks (`num_hidden_layers`). */
  readonly layers: number;
  /** Attention heads; must divide the width. */
  readonly heads: number;
  /** Features inside the feed-forward part (`intermediate_size`). */
  readonly feedForwardWidth: number;
  /** Rows of the position table (`max_position_embeddings`). */
  readonly maximumLength: number;
  /** Rows of the segment table (`type_vocab_size`). */
  readonly segmentTypes: number;
  /** Dropout on embeddings and block outputs, 0 ≤ p < 1. */
  readonly dropout: number;
  /** Dropout on attention weights, 0 ≤ p < 1. */
  readonly attentionDropout: number;
  /** ε of every layer norm. */
  readonly normEpsilon: number;
}

/** A config with BERT's proportions; problems are reported all at once. @throws {RangeError} naming each wrong field */
export function encoderConfig(
  sizes: Partial<EncoderConfig> & Pick<EncoderConfig, 'vocabularySize' | 'width' | 'layers'>,
): EncoderConfig {
  const config: EncoderConfig = {
    heads: Math.max(1, Math.round(sizes.width / 64)),
    feedForwardWidth: 4 * sizes.width,
    maximumLength: 512,
    segmentTypes: 2,
    dropout: 0.1,
    attentionDropout: 0.1,
    normEpsilon: 1e-12,
    ...sizes,
  };
  const problems = (
    ['vocabularySize', 'width', 'layers', 'heads', 'feedForwardWidth', 'maximumLength', 'segmentTypes'] as const
  )
    .filter((name) => !Number.isInteger(config[name]) || config[name] < 1)
    .map((name) => `${name} must be a positive integer, got ${config[name]}`);
  if (config.width % config.heads !== 0) problems.push(`heads (${config.heads}) must divide width (${config.width})`);
  for (const name of ['dropout', 'attentionDropout'] as const) {
    if (!(config[name] >= 0 && config[name] < 1)) problems.push(`${name} must be in [0, 1), got ${config[name]}`);
  }
  if (problems.length > 0) throw new RangeError(`encoderConfig: ${problems.join('; ')}.`);
  return config;
}
