import { type EncoderConfig, type EncoderSizes, mostSizes } from '../config/encoder-config.ts';
import { bert } from './bert.ts';
import { readBertConfig, writeBertConfig } from './bert-config.ts';
import { bertNames, bertTokenHead } from './bert-names.ts';
import { classesOf } from './classes.ts';
import type { ConfigReader } from './config-reader.ts';
import type { Family, HeadForm } from './family.ts';
import { linearNames, type NamePair, namePairs } from './name-pairs.ts';

const partsByName = { c2p: 'contentToPosition', p2c: 'positionToContent' } as const;

/** Which products of content and distance the file asks for; undefined where it asks for none. */
function partsOf(file: ConfigReader): EncoderConfig['disentangledParts'] {
  const said = file.value('pos_att_type') ?? [];
  const names = typeof said === 'string' ? said.toLowerCase().split('|') : Array.isArray(said) ? said : [said];
  const trimmed = names.map((name: unknown) => (typeof name === 'string' ? name.trim() : name));
  const known = (['c2p', 'p2c'] as const).filter((name) => trimmed.includes(name));
  if (known.length < new Set(trimmed).size)
    file.problems.push(`'pos_att_type' must name c2p, p2c or both, got ${JSON.stringify(said)}`);
  return known.length === 2 ? 'both' : known[0] && partsByName[known[0]];
}

/** What the file says of positions. */
function positionsOf(file: ConfigReader): Partial<EncoderConfig> {
  const isRelative = file.flag('relative_attention');
  const hasTable = file.flag('position_biased_input', true);
  const parts = partsOf(file);
  /** A whole number of at least 1, or 0 where transformers takes there to be none. */
  const optional = (key: string) => {
    const said = file.value(key) ?? -1;
    if (typeof said === 'number' && said >= 1) return file.size(key, mostSizes.maximumLength);
    if (!Number.isInteger(said)) file.problems.push(`'${key}' must be a whole number, got ${JSON.stringify(said)}`);
    return 0;
  };
  const [buckets, longest] = [optional('position_buckets'), optional('max_relative_positions')];
  const norm = file.choice('norm_rel_ebd', ['none', 'layer_norm'], 'none');
  const sharesMaps = file.flag('share_att_key');
  if (!isRelative) {
    // What is divided by under softmax depends on the parts, whether they are there or not.
    if (parts)
      file.problems.push(
        "'pos_att_type' names parts that 'relative_attention' false leaves out: that is not built here",
      );
    if (!hasTable)
      file.problems.push(
        "'position_biased_input' and 'relative_attention' are both false: tokens would have no places",
      );
    return {};
  }
  if (!parts) file.problems.push("'pos_att_type' must name c2p, p2c or both where 'relative_attention' is true");
  return {
    positionKind: 'disentangled',
    ...(hasTable && { absoluteToo: true }),
    ...(parts && parts !== 'both' && { disentangledParts: parts }),
    ...(buckets > 0 && { distanceBuckets: buckets }),
    ...(longest > 0 && { longestDistance: longest }),
    ...(sharesMaps && { sharedPositionMaps: true }),
    ...(norm === 'layer_norm' && { distanceNorm: true }),
  };
}

function readConfig(file: ConfigReader): EncoderSizes {
  const {
    leftToRight: _,
    embeddingWidth,
    ...sizes
  } = readBertConfig(file, { classifierDropoutKey: 'cls_dropout', segments: 'perhaps' });
  if (embeddingWidth !== sizes.width)
    file.problems.push(
      `'embedding_size' is ${embeddingWidth}, read is only the hidden_size, ${sizes.width}: narrow tables of a DeBERTa are not built here`,
    );
  const features = file.value('attention_head_size') ?? undefined;
  if (features !== undefined && Number(features) * Number(sizes.heads) !== sizes.width)
    file.problems.push(
      `'attention_head_size' must be hidden_size / num_attention_heads, got ${JSON.stringify(features)}`,
    );
  const poolerWidth = file.value('pooler_hidden_size') ?? sizes.width;
  if (poolerWidth !== sizes.width)
    file.problems.push(
      `'pooler_hidden_size' must be the hidden_size, ${sizes.width}, got ${JSON.stringify(poolerWidth)}`,
    );
  const convolution = file.value('conv_kernel_size') ? file.size('conv_kernel_size', 999) : 0;
  const curve = (file.value('conv_act') ?? 'tanh') === 'tanh' ? 'tanh' : file.activation('conv_act');
  return {
    ...sizes,
    normEpsilon: file.number('layer_norm_eps', 1e-7),
    ...positionsOf(file),
    ...(convolution > 0 && { convolution, ...(curve !== 'tanh' && { convolutionActivation: curve }) }),
    ...(file.flag('legacy', true) ? {} : { legacyHead: false }),
  };
}

function writeConfig(config: EncoderConfig): Readonly<Record<string, unknown>> {
  const isRelative = config.positionKind === 'disentangled';
  const {
    is_decoder: _,
    classifier_dropout: dropout,
    position_embedding_type: _kind,
    ...keys
  } = writeBertConfig(config);
  const { disentangledParts: parts = 'both' } = config;
  return {
    ...keys,
    cls_dropout: dropout,
    relative_attention: isRelative,
    position_biased_input: !isRelative || config.absoluteToo === true,
    pos_att_type: isRelative
      ? (['p2c', 'c2p'] as const).filter((name) => parts === 'both' || parts === partsByName[name])
      : null,
    position_buckets: config.distanceBuckets || -1,
    max_relative_positions: config.longestDistance ?? -1,
    share_att_key: config.sharedPositionMaps === true,
    norm_rel_ebd: config.distanceNorm ? 'layer_norm' : 'none',
    conv_kernel_size: config.convolution ?? 0,
    conv_act: config.convolutionActivation ?? 'tanh',
    legacy: config.legacyHead !== false,
  };
}

/** transformers' newer head; the older one's names are BERT's. */
const newerTokenHead = {
  dense: 'lm_predictions.lm_head.dense',
  norm: 'lm_predictions.lm_head.LayerNorm',
  bias: 'lm_predictions.lm_head.bias',
};

function names(config: EncoderConfig): NamePair[] {
  const { pairs, plain, linear, norm } = namePairs();
  const [own, theirs] = [/attention\/(query|key|value)\//, /\.self\.(query|key|value)\./];
  for (const pair of bertNames(config, 'deberta', config.legacyHead === false ? newerTokenHead : bertTokenHead))
    pairs.push(own.test(pair.ours) ? { ...pair, theirs: pair.theirs.replace(theirs, '.self.$1_proj.') } : pair);
  const { disentangledParts: parts = 'both', sharedPositionMaps } = config;
  if (config.positionKind === 'disentangled') {
    if (config.absoluteToo) plain('embeddings/positionTable', 'deberta.embeddings.position_embeddings.weight');
    plain('distances/table', 'deberta.encoder.rel_embeddings.weight');
    if (config.distanceNorm) norm('distances/norm', 'deberta.encoder.LayerNorm');
    for (let i = 0; i < (sharedPositionMaps ? 0 : config.layers); i++) {
      const ofLayer = `deberta.encoder.layer.${i}.attention.self`;
      if (parts !== 'positionToContent') linear(`layers/${i}/attention/positionKey`, `${ofLayer}.pos_key_proj`);
      if (parts !== 'contentToPosition') linear(`layers/${i}/attention/positionQuery`, `${ofLayer}.pos_query_proj`);
    }
  }
  if (config.convolution) {
    plain('convolution/kernel', 'deberta.encoder.conv.conv.weight');
    plain('convolution/bias', 'deberta.encoder.conv.conv.bias');
    norm('convolution/norm', 'deberta.encoder.conv.LayerNorm');
  }
  return pairs;
}

const head: HeadForm = {
  position: 'first',
  map: 'classifierDense',
  activation: 'gelu',
  dropoutBeforeMap: false,
  denseName: 'pooler.dense',
  classifierName: 'classifier',
};

/**
 * DeBERTa-v2 and -v3 (He et al. 2021, 2023): scores of content against distance and of distance against content, distances in buckets, a convolution
 * beside the first block where the config has one. The enhanced mask decoder of the paper is, as in transformers, the language-model head alone.
 */
export const deberta: Family<'deberta'> = {
  ...bert,
  name: 'deberta',
  modelTypes: ['deberta-v2'],
  classes: classesOf('DebertaV2'),
  root: 'deberta',
  // DeBERTa-v3's, whose buckets reach as far whatever the longest row.
  fresh: {
    ...{
      positionKind: 'disentangled',
      distanceBuckets: 256,
      longestDistance: 512,
      sharedPositionMaps: true,
      distanceNorm: true,
    },
    ...{ segmentTypes: 0, normEpsilon: 1e-7 },
  },
  readConfig,
  writeConfig,
  names,
  outputName: 'cls.predictions.decoder.weight',
  optionalNames: [
    ...linearNames('detector/dense', 'discriminator_predictions.dense'),
    ...linearNames('detector/prediction', 'discriminator_predictions.dense_prediction'),
  ],
  heads: { sequence: head, choice: head },
  visibility: () => 'all',
};
