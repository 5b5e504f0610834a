import { type EncoderConfig, type EncoderSizes, mostSizes } from '../config/encoder-config.ts';
import { bert } from './bert.ts';
import { classesOf } from './classes.ts';
import type { ConfigReader } from './config-reader.ts';
import type { Family } from './family.ts';
import { denseHead } from './head-forms.ts';
import { type NamePair, namePairs } from './name-pairs.ts';

/** What every NeoBERT is, whatever its sizes. */
const form = {
  ...{ normPlacement: 'pre', normKind: 'rms', embeddingNorm: false, gated: true, activation: 'silu', segmentTypes: 0 },
  ...{ positionKind: 'rotary', attentionBias: false, feedForwardBias: false, normOffset: false },
  ...{ headTransform: false, ownOutput: true },
} as const satisfies Partial<EncoderConfig>;

/** Features of a gated part that has as many weights as an ungated one of this size, in eights. */
const gatedWidth = (size: number) => 8 * Math.ceil(Math.floor((2 * size) / 3) / 8);

function readConfig(file: ConfigReader): EncoderSizes {
  const width = file.size('hidden_size', mostSizes.width);
  const heads = file.size('num_attention_heads', mostSizes.heads);
  const features = file.value('dim_head') ?? width / heads;
  if (features !== width / heads)
    file.problems.push(`'dim_head' must be hidden_size / num_attention_heads, got ${JSON.stringify(features)}`);
  const curve = file.value('hidden_act') ?? 'SwiGLU';
  if (typeof curve !== 'string' || curve.toLowerCase() !== 'swiglu')
    file.problems.push(`'hidden_act' must be SwiGLU, got ${JSON.stringify(curve)}`);
  const dropout = file.number('dropout', 0);
  const classifierDropout = file.number('classifier_dropout', 0.1);
  const drawDeviation = file.number('classifier_init_range', 0.02);
  return {
    ...form,
    ...{ width, heads, dropout },
    vocabularySize: file.size('vocab_size', mostSizes.vocabularySize),
    layers: file.size('num_hidden_layers', mostSizes.layers),
    feedForwardWidth: gatedWidth(file.size('intermediate_size', mostSizes.feedForwardWidth)),
    maximumLength: file.size('max_length', mostSizes.maximumLength, 1024),
    attentionDropout: file.number('attention_dropout', 0),
    normEpsilon: file.number('norm_eps', 1e-6),
    ...(classifierDropout !== dropout && { classifierDropout }),
    ...(drawDeviation !== 0.02 && { drawDeviation }),
  };
}

const writeConfig = (config: EncoderConfig): Readonly<Record<string, unknown>> => ({
  vocab_size: config.vocabularySize,
  hidden_size: config.width,
  num_hidden_layers: config.layers,
  num_attention_heads: config.heads,
  // A size of which two thirds are these features.
  intermediate_size: Math.ceil((3 * config.feedForwardWidth) / 2),
  max_length: config.maximumLength,
  norm_eps: config.normEpsilon,
  dropout: config.dropout,
  attention_dropout: config.attentionDropout,
  classifier_dropout: config.classifierDropout ?? config.dropout,
  classifier_init_range: config.drawDeviation ?? 0.02,
});

function names(config: EncoderConfig): NamePair[] {
  const { pairs, plain, linear, stacked, norm } = namePairs();
  plain('embeddings/tokenTable', 'model.encoder.weight');
  for (let i = 0; i < config.layers; i++) {
    const [ours, theirs] = [`layers/${i}`, `model.transformer_encoder.${i}`];
    norm(`${ours}/attention/norm`, `${theirs}.attention_norm`, false);
    const parts = ['query', 'key', 'value'].map((part) => `${ours}/attention/${part}`);
    // Each head has its query, key and value one under another.
    stacked(parts, `${theirs}.qkv`, false, config.heads);
    linear(`${ours}/attention/output`, `${theirs}.wo`, false);
    norm(`${ours}/feedForward/norm`, `${theirs}.ffn_norm`, false);
    linear(`${ours}/feedForward/inner`, `${theirs}.ffn.w12`, false);
    linear(`${ours}/feedForward/outer`, `${theirs}.ffn.w3`, false);
  }
  norm('finalNorm', 'model.layer_norm', false);
  plain('languageModel/output', 'decoder.weight');
  plain('languageModel/bias', 'decoder.bias');
  return pairs;
}

const head = { ...denseHead('tanh'), denseName: 'dense', classifierName: 'classifier' };

/** NeoBERT (Le Breton et al. 2025): pre-norm by the root mean square, gated feed-forward parts, rotary positions, and a head that is one map of its own. */
export const neobert: Family<'neobert'> = {
  ...bert,
  name: 'neobert',
  modelTypes: ['neobert'],
  // Its authors' own classes, which transformers runs with trust_remote_code: they have one for tokens and one for sequences.
  classes: { ...classesOf('NeoBERT'), tokenPrediction: 'NeoBERTLMHead' },
  root: 'model',
  fresh: { ...form, normEpsilon: 1e-6 },
  readConfig,
  writeConfig,
  names,
  outputName: 'decoder.weight',
  optionalNames: [],
  heads: { sequence: head, choice: head },
  visibility: () => 'all',
};
