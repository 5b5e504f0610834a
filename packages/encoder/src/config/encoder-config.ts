/** The curve inside the feed-forward part and the language-model head; Hugging Face's names (`hidden_act`). */
export type Activation = 'gelu' | 'gelu_new' | 'relu' | 'silu';

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
  /** Rows of the position table, and the longest sequence plus `positionOffset` (`max_position_embeddings`). */
  readonly maximumLength: number;
  /** Rows of the segment table (`type_vocab_size`). */
  readonly segmentTypes: number;
  /** Dropout on embeddings and block outputs, 0 ≤ p < 1. */
  readonly dropout: number;
  /** Dropout on attention weights, 0 ≤ p < 1. */
  readonly attentionDropout: number;
  /** ε of every layer norm. */
  readonly normEpsilon: number;
  /** ε of the language-model head's norm; default: `normEpsilon`. Enlarging makes them differ. */
  readonly headNormEpsilon?: number;
  /** Default `gelu`, the exact one; `gelu_new` is its tanh approximation. */
  readonly activation: Activation;
  /** The curve of the language-model head; default: `activation`. RoBERTa's and ELECTRA's is `gelu` whatever the blocks have. */
  readonly headActivation?: Activation;
  /** Layer norm after each residual sum (`post`, BERT; the default) or before each part and once at the end (`pre`). */
  readonly normPlacement: 'post' | 'pre';
  /** Features of the embedding tables; where it differs from `width`, a linear map leads to the blocks (`embedding_size`; ELECTRA, ALBERT). */
  readonly embeddingWidth: number;
  /** One block used `layers` times (ALBERT); default false. */
  readonly sharedLayers: boolean;
  /** `absolute`: a table added to the embeddings (default); `rotary`: queries and keys turned by their position (RoFormer); `relative`: a table of distances added to the scores (Shaw et al. 2018). */
  readonly positionKind: 'absolute' | 'rotary' | 'relative';
  /** The table row of the first position; RoBERTa's is 2. */
  readonly positionOffset: number;
  /** `dot`: scaled dot products under softmax (default); `sigmoid`: each weight by itself, for the diversity loss; `random`: a learned table of scores, no queries and keys (Synthesizer "R"). */
  readonly attentionKind: 'dot' | 'sigmoid' | 'random';
  /** Of a T-TA: the token whose embedding joins the position in every query (the reference code's [MASK]); none: positions alone, as in the article. */
  readonly queryToken?: number;
  /** Every token sees only itself and what comes before (`is_decoder`); default false. */
  readonly leftToRight?: boolean;
}

/** What must be said of an encoder; the rest has BERT's proportions. */
export type EncoderSizes = Partial<EncoderConfig> & Pick<EncoderConfig, 'vocabularySize' | 'width' | 'layers'>;

const choices = {
  activation: ['gelu', 'gelu_new', 'relu', 'silu'],
  headActivation: ['gelu', 'gelu_new', 'relu', 'silu', undefined],
  normPlacement: ['post', 'pre'],
  positionKind: ['absolute', 'rotary', 'relative'],
  attentionKind: ['dot', 'sigmoid', 'random'],
} as const;

/** A config with BERT's proportions; problems are reported all at once. @throws {RangeError} naming each wrong field */
export function encoderConfig(sizes: EncoderSizes): EncoderConfig {
  const config: EncoderConfig = {
    heads: Math.max(1, Math.round(sizes.width / 64)),
    feedForwardWidth: 4 * sizes.width,
    maximumLength: 512,
    segmentTypes: 2,
    dropout: 0.1,
    attentionDropout: 0.1,
    normEpsilon: 1e-12,
    activation: 'gelu',
    normPlacement: 'post',
    embeddingWidth: sizes.width,
    sharedLayers: false,
    positionKind: 'absolute',
    positionOffset: 0,
    attentionKind: 'dot',
    ...sizes,
  };
  const problems = (
    [
      'vocabularySize',
      'width',
      'layers',
      'heads',
      'feedForwardWidth',
      'maximumLength',
      'segmentTypes',
      'embeddingWidth',
    ] as const
  )
    .filter((name) => !Number.isInteger(config[name]) || config[name] < 1)
    .map((name) => `${name} must be a positive integer, got ${config[name]}`);
  if (config.width % config.heads !== 0) problems.push(`heads (${config.heads}) must divide width (${config.width})`);
  if (config.positionKind === 'rotary' && (config.width / config.heads) % 2 !== 0)
    problems.push(`rotary positions turn pairs: width / heads must be even, got ${config.width / config.heads}`);
  if (
    !(
      Number.isInteger(config.positionOffset) &&
      config.positionOffset >= 0 &&
      config.positionOffset < config.maximumLength
    )
  )
    problems.push(
      `positionOffset must be a whole number from 0 to ${config.maximumLength - 1}, got ${config.positionOffset}`,
    );
  for (const name of ['dropout', 'attentionDropout'] as const) {
    if (!(config[name] >= 0 && config[name] < 1)) problems.push(`${name} must be in [0, 1), got ${config[name]}`);
  }
  const { queryToken: asked } = config;
  if (asked !== undefined && !(Number.isInteger(asked) && asked >= 0 && asked < config.vocabularySize))
    problems.push(`queryToken must be a row from 0 to ${config.vocabularySize - 1}, got ${asked}`);
  if (!(config.normEpsilon > 0)) problems.push(`normEpsilon must be positive, got ${config.normEpsilon}`);
  for (const [name, known] of Object.entries(choices)) {
    const value = config[name as keyof typeof choices];
    if (!(known as readonly (string | undefined)[]).includes(value))
      problems.push(`${name} must be ${known.filter(Boolean).join(' | ')}, got '${value}'`);
  }
  if (problems.length > 0) throw new RangeError(`encoderConfig: ${problems.join('; ')}.`);
  return config;
}
