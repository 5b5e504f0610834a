import { anything, flag, needed, oneOf, problemsOf, type Rules, real, refuse, whole } from '@cloze/checks';
import { contradictionsIn } from './contradictions.ts';

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
  /** Features inside the feed-forward part (`intermediate_size`); default 4 times the width, 1.5 times where it is `gated`. */
  readonly feedForwardWidth: number;
  /** Rows of the position table, and the longest sequence plus `positionOffset` (`max_position_embeddings`). */
  readonly maximumLength: number;
  /** Rows of the segment table (`type_vocab_size`); 0: there is none, and segments change nothing. */
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
  /** `absolute`: a table added to the embeddings (default); `rotary`: queries and keys turned by their position (RoFormer); `relative`: a table of distances added to the scores (Shaw et al. 2018); `disentangled`: scores of content against distance, and of distance against content (DeBERTa). */
  readonly positionKind: 'absolute' | 'rotary' | 'relative' | 'disentangled';
  /** The table row of the first position; RoBERTa's is 2. */
  readonly positionOffset: number;
  /** `dot`: scaled dot products under softmax (default); `sigmoid`: each weight by itself, for the diversity loss; `random`: a learned table of scores, no queries and keys (Synthesizer "R"). */
  readonly attentionKind: 'dot' | 'sigmoid' | 'random';
  /** Of a T-TA: the token whose embedding joins the position in every query (the reference code's [MASK]); none: positions alone, as in the article. */
  readonly queryToken?: number;
  /** With `rotary` positions: values are turned too (`rotary_value` of RoFormer); default false. */
  readonly rotaryValues?: boolean;
  /** Dropout of a fine-tuned head, 0 ≤ p < 1 (`classifier_dropout`); default: `dropout`. */
  readonly classifierDropout?: number;
  /** Standard deviation of weights that are drawn, all fresh ones or a head's, above 0 (`initializer_range`); default 0.02. */
  readonly drawDeviation?: number;
  /** Every token sees only itself and what comes before (`is_decoder`); default false. */
  readonly leftToRight?: boolean;
  /** The output at a token names the token behind it although it sees the whole row (MNTP, GPT-BERT): whoever asks for a hidden token asks one place earlier; default false. It changes nothing that is computed. */
  readonly predictsNext?: boolean;
  /** Of `rotary` positions: the base of the angles `m·base^(−2i/d)`, at least 1; default 10,000. */
  readonly rotaryBase?: number;
  /** The base of layers that see only near tokens; default `rotaryBase`. */
  readonly localRotaryBase?: number;
  /** Which features a rotary angle turns: `adjacent` ones (2i, 2i + 1; RoFormer, the default) or those of the two `halves` of a head (i, i + d/2; ModernBERT). */
  readonly rotaryPairs?: 'adjacent' | 'halves';
  /** Tokens that a local layer's token sees, `⌊localWindow/2⌋` on each side of itself; default 0: every layer sees the whole row. */
  readonly localWindow?: number;
  /** With `localWindow`: layers 0, n, 2n, … see the whole row; default 3. */
  readonly globalEvery?: number;
  /** Feed-forward part `outer(f(a) ⊙ b)` with `[a, b] = inner(x)` (GeGLU, Shazeer 2020): the inner map is twice as wide, dropout stands before the outer one; default false. */
  readonly gated?: boolean;
  /** Of `pre`: whether the first block's attention normalises its input, which the embeddings' norm did already; default true. */
  readonly firstNorm?: boolean;
  /** Whether the maps of attention add a bias; default true. */
  readonly attentionBias?: boolean;
  /** Whether the maps of the feed-forward part add a bias; default true. */
  readonly feedForwardBias?: boolean;
  /** Whether norms add an offset; default true. */
  readonly normOffset?: boolean;
  /** Whether the dense map of the language-model head adds a bias; default true. */
  readonly headBias?: boolean;
  /** Whether logits of tokens get a bias each; default true. */
  readonly outputBias?: boolean;
  /** Dropout on embeddings, 0 ≤ p < 1; default `dropout`. */
  readonly embeddingDropout?: number;
  /** Dropout on what attention adds to the stream, 0 ≤ p < 1; default `dropout`. */
  readonly attentionOutputDropout?: number;
  /** Which vector of a row a classifier reads where its family lets the config choose (ModernBERT's `classifier_pooling`): default `first`. */
  readonly classifierPooling?: 'first' | 'mean';
  /** Of `disentangled` positions: whether absolute ones are added to the embeddings too (`position_biased_input`); default false. */
  readonly absoluteToo?: boolean;
  /** Of `disentangled` positions: which products there are, content against distance, distance against content, or `both` (`pos_att_type`); the default. */
  readonly disentangledParts?: 'both' | 'contentToPosition' | 'positionToContent';
  /** Of `disentangled` positions: buckets of distances to a side, those beyond half of them wider and wider (`position_buckets`), at least 2; default 0: one for each distance. */
  readonly distanceBuckets?: number;
  /** Of `disentangled` positions: the distance from which on all are one (`max_relative_positions`); default `maximumLength`. */
  readonly longestDistance?: number;
  /** Of `disentangled` positions: whether distances go through the maps of content instead of their own (`share_att_key`); default false. */
  readonly sharedPositionMaps?: boolean;
  /** Of `disentangled` positions: whether the table of distances is normalised before use (`norm_rel_ebd`); default false. */
  readonly distanceNorm?: boolean;
  /** Tokens that a convolution beside the first block looks at, an odd number (`conv_kernel_size`; DeBERTa-v2); default 0: there is none. */
  readonly convolution?: number;
  /** The curve of that convolution (`conv_act`); default `tanh`. */
  readonly convolutionActivation?: Activation | 'tanh';
  /** Buckets of distances, each with a number for every head that is added to the scores of all layers (T5's; MPNet has 32), at least 4; default 0: there are none. */
  readonly biasBuckets?: number;
  /** With `sharedLayers`: how many groups of blocks there are, each used for its share of `layers` (`num_hidden_groups`); default 1. */
  readonly layerGroups?: number;
  /** With `sharedLayers`: blocks of a group, run one after another whenever it is used (`inner_group_num`); default 1. */
  readonly groupLayers?: number;
  /** What a norm divides by: the deviation from the mean (`layer`, the default) or the root of the mean square (`rms`; NeoBERT). */
  readonly normKind?: 'layer' | 'rms';
  /** Whether embeddings are normalised; default true. */
  readonly embeddingNorm?: boolean;
  /** Whether the language-model head has a dense map, a curve and a norm before its output matrix; default true. */
  readonly headTransform?: boolean;
  /** Whether the language-model head has an output matrix of its own from the start, instead of the token table; default false. */
  readonly ownOutput?: boolean;
  /** Of a DeBERTa: whether the language-model head goes by transformers' older names (`legacy`); default true. It computes the same. */
  readonly legacyHead?: boolean;
}

/** What must be said of an encoder; the rest has BERT's proportions. */
export type EncoderSizes = Partial<EncoderConfig> & Pick<EncoderConfig, 'vocabularySize' | 'width' | 'layers'>;

const activations = ['gelu', 'gelu_new', 'relu', 'silu'] as const satisfies readonly Activation[];
/** Sizes beyond these are no encoder's: what is made of a size (tables of angles, layers, masks) must not be at a file's or a number's mercy. */
export const mostSizes = {
  vocabularySize: 2 ** 24,
  width: 2 ** 16,
  heads: 2 ** 16,
  embeddingWidth: 2 ** 16,
  feedForwardWidth: 2 ** 20,
  layers: 1000,
  maximumLength: 2 ** 17,
  segmentTypes: 2 ** 17,
} as const;

const share = real({ from: 0, below: 1 });

/** What `correctEmbeddings` notes of what it did travels with a config; it changes nothing. */
const rules: Rules<EncoderConfig & { readonly embeddingCorrection?: unknown }> = {
  vocabularySize: needed(whole(1, mostSizes.vocabularySize)),
  width: needed(whole(1, mostSizes.width)),
  layers: needed(whole(1, mostSizes.layers)),
  heads: whole(1, mostSizes.heads),
  feedForwardWidth: whole(1, mostSizes.feedForwardWidth),
  maximumLength: whole(1, mostSizes.maximumLength),
  segmentTypes: whole(0, mostSizes.segmentTypes),
  dropout: share,
  attentionDropout: share,
  normEpsilon: real({ above: 0 }),
  headNormEpsilon: real({ above: 0 }),
  activation: oneOf(activations),
  headActivation: oneOf(activations),
  normPlacement: oneOf(['post', 'pre']),
  embeddingWidth: whole(1, mostSizes.embeddingWidth),
  sharedLayers: flag,
  positionKind: oneOf(['absolute', 'rotary', 'relative', 'disentangled']),
  positionOffset: whole(0),
  attentionKind: oneOf(['dot', 'sigmoid', 'random']),
  queryToken: whole(0),
  leftToRight: flag,
  predictsNext: flag,
  rotaryValues: flag,
  classifierDropout: share,
  drawDeviation: real({ above: 0 }),
  rotaryBase: real({ from: 1 }),
  localRotaryBase: real({ from: 1 }),
  rotaryPairs: oneOf(['adjacent', 'halves']),
  localWindow: whole(0, mostSizes.maximumLength),
  globalEvery: whole(1, mostSizes.layers),
  gated: flag,
  firstNorm: flag,
  attentionBias: flag,
  feedForwardBias: flag,
  normOffset: flag,
  headBias: flag,
  outputBias: flag,
  embeddingDropout: share,
  attentionOutputDropout: share,
  classifierPooling: oneOf(['first', 'mean']),
  absoluteToo: flag,
  disentangledParts: oneOf(['both', 'contentToPosition', 'positionToContent']),
  distanceBuckets: whole(0, 2 ** 17),
  longestDistance: whole(1, 2 ** 17),
  sharedPositionMaps: flag,
  distanceNorm: flag,
  convolution: whole(0, 999),
  convolutionActivation: oneOf([...activations, 'tanh']),
  legacyHead: flag,
  biasBuckets: whole(0, 2 ** 17),
  layerGroups: whole(1, 1000),
  groupLayers: whole(1, 1000),
  normKind: oneOf(['layer', 'rms']),
  embeddingNorm: flag,
  headTransform: flag,
  ownOutput: flag,
  embeddingCorrection: anything,
};

/**
 * A config with BERT's proportions; what is left out, or `undefined`, is BERT's.
 *
 * @throws {RangeError} naming everything that is wrong: an unknown option, a size that is no whole number from 1, a rate outside [0, 1), …
 */
export function encoderConfig(sizes: EncoderSizes): EncoderConfig {
  const problems = problemsOf<object>(sizes, rules);
  if (typeof sizes !== 'object' || sizes === null) refuse('encoderConfig', problems);
  const defaults: EncoderConfig = {
    vocabularySize: sizes.vocabularySize,
    width: sizes.width,
    layers: sizes.layers,
    heads: Math.max(1, Math.round(sizes.width / 64)),
    // ModernBERT-base's proportion, where half of the inner map is a gate.
    feedForwardWidth: sizes.gated ? Math.round(1.5 * sizes.width) : 4 * sizes.width,
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
  };
  const given = Object.entries(sizes).filter(([, value]) => value !== undefined);
  const config: EncoderConfig = Object.assign(defaults, Object.fromEntries(given));
  for (const problem of contradictionsIn(config)) problems.push(problem);
  refuse('encoderConfig', problems);
  return config;
}
