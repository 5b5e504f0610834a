import { type EncoderConfig, mostSizes } from '../config/encoder-config.ts';
import { storedLayers } from '../layers/stored-layers.ts';
import { bert } from './bert.ts';
import { readBertConfig, writeBertConfig } from './bert-config.ts';
import { classesOf } from './classes.ts';
import type { Family } from './family.ts';
import { linearNames, type NamePair, namePairs } from './name-pairs.ts';

/** Every parameter of an ALBERT under Hugging Face's names: its groups of shared blocks one after another. */
function albertNames(config: EncoderConfig): NamePair[] {
  const { pairs, plain, linear, norm } = namePairs();
  plain('embeddings/tokenTable', 'albert.embeddings.word_embeddings.weight');
  plain('embeddings/positionTable', 'albert.embeddings.position_embeddings.weight');
  plain('embeddings/segmentTable', 'albert.embeddings.token_type_embeddings.weight');
  norm('embeddings/norm', 'albert.embeddings.LayerNorm');
  if (config.embeddingWidth !== config.width)
    linear('embeddings/projection', 'albert.encoder.embedding_hidden_mapping_in');
  const { groupLayers = 1 } = config;
  for (let i = 0; i < storedLayers(config); i++) {
    const [group, inner] = [Math.floor(i / groupLayers), i % groupLayers];
    const [ours, theirs] = [`layers/${i}`, `albert.encoder.albert_layer_groups.${group}.albert_layers.${inner}`];
    for (const part of ['query', 'key', 'value']) linear(`${ours}/attention/${part}`, `${theirs}.attention.${part}`);
    linear(`${ours}/attention/output`, `${theirs}.attention.dense`);
    norm(`${ours}/attention/norm`, `${theirs}.attention.LayerNorm`);
    linear(`${ours}/feedForward/inner`, `${theirs}.ffn`);
    linear(`${ours}/feedForward/outer`, `${theirs}.ffn_output`);
    norm(`${ours}/feedForward/norm`, `${theirs}.full_layer_layer_norm`);
  }
  linear('languageModel/transform', 'predictions.dense');
  norm('languageModel/norm', 'predictions.LayerNorm');
  plain('languageModel/bias', 'predictions.bias');
  return pairs;
}

/** ALBERT (Lan et al. 2020): one block, or a few groups of them, used many times, narrow tables. transformers' class has no left-to-right form, so none is read or written. */
export const albert: Family<'albert'> = {
  ...bert,
  name: 'albert',
  modelTypes: ['albert'],
  classes: classesOf('Albert'),
  root: 'albert',
  fresh: { sharedLayers: true, embeddingWidth: 128, activation: 'gelu_new' },
  readConfig: (file) => {
    const groups = file.size('num_hidden_groups', mostSizes.layers, 1);
    const inner = file.size('inner_group_num', mostSizes.layers, 1);
    const { leftToRight: _, ...sizes } = readBertConfig(file, {
      ...{ dropout: 0, embeddingWidth: 128, classifierDropoutKey: 'classifier_dropout_prob' },
      classifierDropout: 0.1,
      activation: 'gelu_new',
    });
    return {
      ...{ ...sizes, sharedLayers: true },
      ...(groups > 1 && { layerGroups: groups }),
      ...(inner > 1 && { groupLayers: inner }),
    };
  },
  writeConfig: (config) => {
    const { is_decoder: _, classifier_dropout: _dropout, ...keys } = writeBertConfig(config);
    return {
      ...keys,
      embedding_size: config.embeddingWidth,
      num_hidden_groups: config.layerGroups ?? 1,
      inner_group_num: config.groupLayers ?? 1,
      classifier_dropout_prob: config.classifierDropout ?? config.dropout,
    };
  },
  names: albertNames,
  outputName: 'predictions.decoder.weight',
  optionalNames: [
    ...linearNames('pooler', 'albert.pooler'),
    ...linearNames('sentenceOrder', 'sop_classifier.classifier'),
  ],
};
