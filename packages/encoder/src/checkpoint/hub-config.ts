import { type Activation, type EncoderConfig, encoderConfig } from '../config/encoder-config.ts';
import { CheckpointError } from './checkpoint-error.ts';
import type { CheckpointExtras } from './convert-parameters.ts';
import type { ModelFamily } from './names/model-names.ts';
import type { StoredFloat } from './narrow-floats.ts';

/** A `config.json` understood: ours, the family, and the file itself, whose other keys survive a round trip. */
export interface HubConfig {
  readonly config: EncoderConfig;
  readonly family: ModelFamily;
  readonly file: Readonly<Record<string, unknown>>;
}

const families: readonly string[] = ['bert', 'roberta', 'xlm-roberta', 'electra', 'albert', 'roformer', 'tta'];
const activations: readonly string[] = ['gelu', 'gelu_new', 'relu', 'silu'];

/**
 * Reads the keys of Hugging Face's `config.json`.
 *
 * @throws {CheckpointError} naming every key that is missing, of the wrong type, or asks for something not built here
 */
export function configFromHub(file: Readonly<Record<string, unknown>>): HubConfig {
  const problems: string[] = [];
  const number = (key: string, fallback?: number): number => {
    const value = file[key] ?? fallback;
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      problems.push(`'${key}' must be a number, got ${JSON.stringify(file[key])}`);
      return Number.NaN;
    }
    return value;
  };
  const named = file.model_type === 'cloze' ? file.cloze_family : file.model_type;
  if (typeof named !== 'string' || !families.includes(named))
    problems.push(`'model_type' must be one of ${families.join(', ')}, got ${JSON.stringify(named)}`);
  const family = (named === 'xlm-roberta' ? 'roberta' : named) as ModelFamily;
  const activation = (file.hidden_act ?? 'gelu') as string;
  const known =
    activation === 'gelu_pytorch_tanh' || activation === 'gelu_fast'
      ? 'gelu_new'
      : activation === 'swish'
        ? 'silu'
        : activation;
  if (!activations.includes(known))
    problems.push(`'hidden_act' must be one of ${activations.join(', ')}, got '${activation}'`);
  const position = (file.position_embedding_type ?? 'absolute') as string;
  if (position !== 'absolute' && position !== 'relative_key')
    problems.push(`'position_embedding_type' must be absolute or relative_key, got '${position}'`);
  if (family === 'albert' && (number('num_hidden_groups', 1) !== 1 || number('inner_group_num', 1) !== 1))
    problems.push(
      "'num_hidden_groups' and 'inner_group_num' must be 1: ALBERT with one shared block is what is built here",
    );
  const width = number('hidden_size');
  const sizes = {
    vocabularySize: number('vocab_size'),
    width,
    layers: number('num_hidden_layers'),
    heads: number('num_attention_heads'),
    feedForwardWidth: number('intermediate_size'),
    maximumLength: number('max_position_embeddings'),
    segmentTypes: number('type_vocab_size', 2),
    dropout: number('hidden_dropout_prob', family === 'albert' ? 0 : 0.1),
    attentionDropout: number('attention_probs_dropout_prob', family === 'albert' ? 0 : 0.1),
    normEpsilon: number('layer_norm_eps', 1e-12),
    embeddingWidth: number('embedding_size', family === 'albert' || family === 'electra' ? 128 : width),
    activation: known as Activation,
    sharedLayers: family === 'albert',
    positionKind: (family === 'roformer'
      ? 'rotary'
      : position === 'relative_key'
        ? 'relative'
        : 'absolute') as EncoderConfig['positionKind'],
    // RoBERTa counts positions from the padding id on.
    positionOffset: family === 'roberta' ? number('pad_token_id', 1) + 1 : 0,
  };
  if (problems.length > 0) throw new CheckpointError(`config.json: ${problems.join('; ')}.`);
  const ours = (file.cloze ?? {}) as Partial<EncoderConfig>;
  try {
    return { config: encoderConfig({ ...sizes, ...ours }), family, file };
  } catch (error) {
    throw new CheckpointError(`config.json: ${error instanceof Error ? error.message : error}`);
  }
}

const classes: Readonly<Record<ModelFamily, string>> = {
  ...{ bert: 'Bert', roberta: 'Roberta', electra: 'Electra', albert: 'Albert', roformer: 'RoFormer', tta: 'Tta' },
};

/** The class of transformers that a file with these parts is of: a fine-tuned head counts more than the one for tokens. */
function architecture(family: ModelFamily, { classifier, span, detector }: CheckpointExtras): string | undefined {
  if (classifier) return `${classes[family]}ForSequenceClassification`;
  if (span) return `${classes[family]}ForQuestionAnswering`;
  return detector ? `${classes[family]}ForPreTraining` : undefined;
}

/**
 * A `config.json` for this config: Hugging Face's keys over what the file it came from said, and, under `cloze`, what only we have.
 *
 * @param options.dtype how the weights are written, default float32
 * @param options.tied whether the output matrix is the token table (`tie_word_embeddings`), default true
 *
 * A model with parts transformers lacks gets a `model_type` of ours, so that `AutoConfig` fails loudly instead of loading a wrong one.
 */
export function configToHub(
  config: EncoderConfig,
  {
    family = 'bert',
    file = {},
    tied = true,
    dtype = 'float32',
    ...extras
  }: Partial<Pick<HubConfig, 'family' | 'file'>> &
    CheckpointExtras & { readonly tied?: boolean; readonly dtype?: StoredFloat } = {},
): Record<string, unknown> {
  const { normPlacement, attentionKind, headNormEpsilon, positionKind, embeddingWidth, width } = config;
  const own = {
    ...(normPlacement !== 'post' && { normPlacement }),
    ...(attentionKind !== 'dot' && { attentionKind }),
    ...(headNormEpsilon !== undefined && headNormEpsilon !== config.normEpsilon && { headNormEpsilon }),
    ...(family === 'bert' && positionKind === 'rotary' && { positionKind }),
    ...(config.queryToken !== undefined && { queryToken: config.queryToken }),
    ...('embeddingCorrection' in config && { embeddingCorrection: config.embeddingCorrection }),
  };
  const foreign = Object.keys(own).some((key) => key !== 'embeddingCorrection' && key !== 'queryToken');
  return {
    architectures: [`${classes[family]}ForMaskedLM`],
    ...file,
    ...(architecture(family, extras) && { architectures: [architecture(family, extras)] }),
    model_type: foreign ? 'cloze' : (file.model_type ?? family),
    ...(foreign && { cloze_family: family }),
    vocab_size: config.vocabularySize,
    hidden_size: width,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    intermediate_size: config.feedForwardWidth,
    hidden_act: config.activation,
    hidden_dropout_prob: config.dropout,
    attention_probs_dropout_prob: config.attentionDropout,
    max_position_embeddings: config.maximumLength,
    type_vocab_size: config.segmentTypes,
    layer_norm_eps: config.normEpsilon,
    ...(family === 'roberta' ? { pad_token_id: config.positionOffset - 1 } : {}),
    ...(positionKind === 'relative' && { position_embedding_type: 'relative_key' }),
    ...((embeddingWidth !== width || family === 'albert' || family === 'electra') && {
      embedding_size: embeddingWidth,
    }),
    // Weights may have been of another type; a head of its own would be tied again on loading if nothing said so.
    ...('torch_dtype' in file && { torch_dtype: dtype }),
    ...(('dtype' in file || dtype !== 'float32') && { dtype }),
    ...((!tied || 'tie_word_embeddings' in file) && { tie_word_embeddings: tied }),
    ...(Object.keys(own).length > 0 && { cloze: own }),
  };
}
