import type { EncoderConfig, EncoderSizes } from '../config/encoder-config.ts';
import { bert } from './bert.ts';
import { readBertConfig, writeBertConfig } from './bert-config.ts';
import { bertNames } from './bert-names.ts';
import { classesOf } from './classes.ts';
import type { ConfigReader } from './config-reader.ts';
import type { Family } from './family.ts';
import { denseHead } from './head-forms.ts';
import { linearNames, type NamePair, namePairs } from './name-pairs.ts';

/** What every MPNet is, whatever its sizes: its padding row is 1 whatever `pad_token_id` says. */
const form = { segmentTypes: 0, positionOffset: 2, biasBuckets: 32 } as const satisfies Partial<EncoderConfig>;

function readConfig(file: ConfigReader): EncoderSizes {
  const { leftToRight: _, embeddingWidth: _width, ...sizes } = readBertConfig(file, { segments: 'perhaps' });
  return { ...sizes, ...form, ...(sizes.activation !== 'gelu' && { headActivation: 'gelu' }) };
}

function writeConfig(config: EncoderConfig): Readonly<Record<string, unknown>> {
  const { is_decoder: _, position_embedding_type: _kind, type_vocab_size: _types, ...keys } = writeBertConfig(config);
  return { ...keys, relative_attention_num_buckets: config.biasBuckets };
}

const tokenHead = { dense: 'lm_head.dense', norm: 'lm_head.layer_norm', bias: 'lm_head.bias' };

function names(config: EncoderConfig): NamePair[] {
  const { pairs, plain } = namePairs();
  for (const pair of bertNames(config, 'mpnet', tokenHead)) {
    const theirs = pair.theirs
      .replace(/\.attention\.self\.(q|k|v)\w+\./, '.attention.attn.$1.')
      .replace('.attention.output.dense.', '.attention.attn.o.')
      .replace('.attention.output.LayerNorm.', '.attention.LayerNorm.');
    pairs.push({ ...pair, theirs });
  }
  plain('distanceBias', 'mpnet.encoder.relative_attention_bias.weight');
  return pairs;
}

/** MPNet (Song et al. 2020): BERT without segments, with a bias for the distance of two tokens, and positions that count from its padding row on. */
export const mpnet: Family<'mpnet'> = {
  ...bert,
  name: 'mpnet',
  modelTypes: ['mpnet'],
  classes: classesOf('MPNet'),
  root: 'mpnet',
  fresh: form,
  readConfig,
  writeConfig,
  names,
  outputName: 'lm_head.decoder.weight',
  optionalNames: linearNames('pooler', 'mpnet.pooler.dense'),
  heads: { sequence: denseHead('tanh'), choice: bert.heads.choice },
  visibility: () => 'all',
};
