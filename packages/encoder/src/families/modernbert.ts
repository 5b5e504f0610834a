import { type EncoderConfig, type EncoderSizes, mostSizes } from '../config/encoder-config.ts';
import { isLocal } from '../layers/blocks.ts';
import type { NormalDraw } from '../parameters/draw-parameters.ts';
import { bert } from './bert.ts';
import { classesOf } from './classes.ts';
import type { ConfigReader } from './config-reader.ts';
import type { Family, HeadForm } from './family.ts';
import { type NamePair, namePairs } from './name-pairs.ts';

/** What every ModernBERT is, whatever its sizes. */
const form = {
  ...{ normPlacement: 'pre', firstNorm: false, gated: true, segmentTypes: 0 },
  ...{ positionKind: 'rotary', rotaryPairs: 'halves' },
} as const satisfies Partial<EncoderConfig>;

const windows = { local: 'sliding_attention', global: 'full_attention' } as const;

/** Every how many layers one sees the whole row: `layer_types` where the file lists them, else its older key. */
function globalEveryOf(file: ConfigReader, layers: number): number {
  const listed = file.value('layer_types') ?? undefined;
  const named = file.size('global_attn_every_n_layers', mostSizes.layers, 3);
  if (listed === undefined) return named;
  const types = Array.isArray(listed) ? listed : [];
  const second = types.indexOf(windows.global, 1);
  // A list in which only the first is global leaves open how far the next would be.
  const every = second < 0 ? Math.max(named, types.length) : second;
  const isRegular = types.every((type, i) => type === (i % every === 0 ? windows.global : windows.local));
  if (types.length === layers && isRegular) return every;
  file.problems.push(
    `'layer_types' must name ${layers} layers, '${windows.global}' for the first and every n-th after it and '${windows.local}' for the others, got ${JSON.stringify(listed).slice(0, 200)}`,
  );
  return 3;
}

/** The base of a kind of layer's angles: `rope_parameters`, else the older key. */
function baseOf(file: ConfigReader, kind: keyof typeof windows, usual: number): number {
  const problem = (text: string) => {
    file.problems.push(text);
    return usual;
  };
  const all = file.value('rope_parameters') ?? {};
  if (typeof all !== 'object') return problem(`'rope_parameters' must be an object, got ${JSON.stringify(all)}`);
  const own: unknown = (all as Readonly<Record<string, unknown>>)[windows[kind]] ?? {};
  const { rope_type: type = 'default', rope_theta: base, ...more } = own as Readonly<Record<string, unknown>>;
  const where = `rope_parameters.${windows[kind]}`;
  if (type !== 'default' || Object.keys(more).length > 0)
    return problem(
      `'${where}' is ${JSON.stringify(own)}, read is only a rope_theta of rope_type "default": others are not built here`,
    );
  const found = base ?? file.number(`${kind}_rope_theta`, usual);
  if (typeof found === 'number' && Number.isFinite(found) && found >= 1) return found;
  if (base === undefined && Number.isNaN(found)) return usual;
  return problem(
    `'${base === undefined ? `${kind}_rope_theta` : `${where}.rope_theta`}' must be at least 1, got ${JSON.stringify(found)}`,
  );
}

function readConfig(file: ConfigReader): EncoderSizes {
  const dropout = file.number('mlp_dropout', 0);
  const attentionDropout = file.number('attention_dropout', 0);
  const embeddingDropout = file.number('embedding_dropout', 0);
  const classifierDropout = file.number('classifier_dropout', 0);
  const drawDeviation = file.number('initializer_range', 0.02);
  const layers = file.size('num_hidden_layers', mostSizes.layers);
  const activation = file.activation('hidden_activation');
  const headActivation = file.activation('classifier_activation');
  const [globalBase, localBase] = [baseOf(file, 'global', 160_000), baseOf(file, 'local', 10_000)];
  const flags = {
    attentionBias: file.flag('attention_bias'),
    feedForwardBias: file.flag('mlp_bias'),
    normOffset: file.flag('norm_bias'),
    headBias: file.flag('classifier_bias'),
    outputBias: file.flag('decoder_bias', true),
  };
  const window = file.size('local_attention', mostSizes.maximumLength, 128);
  return {
    ...form,
    vocabularySize: file.size('vocab_size', mostSizes.vocabularySize),
    width: file.size('hidden_size', mostSizes.width),
    layers,
    heads: file.size('num_attention_heads', mostSizes.heads),
    feedForwardWidth: file.size('intermediate_size', mostSizes.feedForwardWidth),
    maximumLength: file.size('max_position_embeddings', mostSizes.maximumLength),
    normEpsilon: file.number('norm_eps', 1e-5),
    ...{ activation, dropout, attentionDropout },
    ...{ rotaryBase: globalBase, localRotaryBase: localBase },
    ...{ localWindow: window, globalEvery: globalEveryOf(file, layers) },
    // What BERT's config has as its default is left unsaid.
    ...Object.fromEntries(Object.entries(flags).filter(([, isThere]) => !isThere)),
    ...(headActivation !== activation && { headActivation }),
    ...(embeddingDropout !== dropout && { embeddingDropout }),
    ...(attentionDropout !== dropout && { attentionOutputDropout: attentionDropout }),
    ...(classifierDropout !== dropout && { classifierDropout }),
    ...(drawDeviation !== 0.02 && { drawDeviation }),
    ...(file.choice('classifier_pooling', ['cls', 'mean'], 'cls') === 'mean' && { classifierPooling: 'mean' }),
  };
}

function writeConfig(config: EncoderConfig): Readonly<Record<string, unknown>> {
  const { rotaryBase = 10_000, localRotaryBase = rotaryBase, dropout, activation } = config;
  const rope = (base: number) => ({ rope_theta: base, rope_type: 'default' });
  return {
    vocab_size: config.vocabularySize,
    hidden_size: config.width,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    intermediate_size: config.feedForwardWidth,
    max_position_embeddings: config.maximumLength,
    hidden_activation: activation,
    classifier_activation: config.headActivation ?? activation,
    norm_eps: config.normEpsilon,
    norm_bias: config.normOffset ?? true,
    attention_bias: config.attentionBias ?? true,
    mlp_bias: config.feedForwardBias ?? true,
    classifier_bias: config.headBias ?? true,
    decoder_bias: config.outputBias ?? true,
    mlp_dropout: dropout,
    attention_dropout: config.attentionDropout,
    embedding_dropout: config.embeddingDropout ?? dropout,
    classifier_dropout: config.classifierDropout ?? dropout,
    initializer_range: config.drawDeviation ?? 0.02,
    local_attention: config.localWindow ?? 128,
    global_attn_every_n_layers: config.globalEvery ?? 3,
    layer_types: Array.from({ length: config.layers }, (_, i) => (isLocal(config, i) ? windows.local : windows.global)),
    rope_parameters: { [windows.global]: rope(rotaryBase), [windows.local]: rope(localRotaryBase) },
    classifier_pooling: config.classifierPooling === 'mean' ? 'mean' : 'cls',
  };
}

function names(config: EncoderConfig): NamePair[] {
  const { pairs, plain, linear, stacked, norm } = namePairs();
  const { attentionBias, feedForwardBias, normOffset, headBias, outputBias = true } = config;
  plain('embeddings/tokenTable', 'model.embeddings.tok_embeddings.weight');
  norm('embeddings/norm', 'model.embeddings.norm', normOffset);
  for (let i = 0; i < config.layers; i++) {
    const [ours, theirs] = [`layers/${i}`, `model.layers.${i}`];
    if (i > 0) norm(`${ours}/attention/norm`, `${theirs}.attn_norm`, normOffset);
    const parts = ['query', 'key', 'value'].map((part) => `${ours}/attention/${part}`);
    stacked(parts, `${theirs}.attn.Wqkv`, attentionBias);
    linear(`${ours}/attention/output`, `${theirs}.attn.Wo`, attentionBias);
    norm(`${ours}/feedForward/norm`, `${theirs}.mlp_norm`, normOffset);
    linear(`${ours}/feedForward/inner`, `${theirs}.mlp.Wi`, feedForwardBias);
    linear(`${ours}/feedForward/outer`, `${theirs}.mlp.Wo`, feedForwardBias);
  }
  norm('finalNorm', 'model.final_norm', normOffset);
  linear('languageModel/transform', 'head.dense', headBias);
  norm('languageModel/norm', 'head.norm', normOffset);
  if (outputBias) plain('languageModel/bias', 'decoder.bias');
  return pairs;
}

/** The classifier reads what the language-model head makes of a vector before it names a token. */
const head: HeadForm = {
  position: 'config',
  map: 'tokenHead',
  activation: 'config',
  dropoutBeforeMap: false,
  classifierName: 'classifier',
};

/** How transformers draws the map after the language-model head's. */
const drawLast = ({ width }: Pick<EncoderConfig, 'width'>): NormalDraw => ({ deviation: width ** -0.5, cut: 2 });

/** ModernBERT (Warner et al. 2024): pre-norm, gated feed-forward parts, rotary positions, and tokens that see a window in two of three layers. */
export const modernbert: Family<'modernbert'> = {
  ...bert,
  name: 'modernbert',
  modelTypes: ['modernbert'],
  classes: classesOf('ModernBert'),
  root: 'model',
  ownKeys: ['layer_types'],
  fresh: {
    ...form,
    ...{ attentionBias: false, feedForwardBias: false, normOffset: false, headBias: false, normEpsilon: 1e-5 },
    ...{ rotaryBase: 160_000, localRotaryBase: 10_000, localWindow: 128, globalEvery: 3 },
  },
  // Its defaults are rows of the published vocabulary.
  freshKeys: Object.fromEntries(['pad', 'bos', 'eos', 'cls', 'sep'].map((name) => [`${name}_token_id`, null])),
  readConfig,
  writeConfig,
  names,
  outputName: 'decoder.weight',
  optionalNames: [],
  draw: ({ drawDeviation }) => ({ deviation: drawDeviation, cut: 2 }),
  heads: { sequence: head, choice: head, everyToken: 'tokenHead', spanName: 'classifier', draw: drawLast },
  visibility: () => 'all',
};
