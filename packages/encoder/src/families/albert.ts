import type { EncoderConfig } from '../config/encoder-config.ts';
import { bert } from './bert.ts';
import { readBertConfig, writeBertConfig } from './bert-config.ts';
import { classesOf } from './classes.ts';
import type { Family } from './family.ts';
import { linearNames, type NamePair, namePairs } from './name-pairs.ts';

/** Every parameter of an ALBERT with one shared block (the published models) under Hugging Face's names. */
function albertNames(config: EncoderConfig): NamePair[] {
  const { pairs, plain, linear, norm } = namePairs();
  plain('embeddings/tokenTable', 'albert.embeddings.word_embeddings.weight');
  plain('embeddings/positionTable', 'albert.embeddings.position_embeddings.weight');
  plain('embeddings/segmentTable', 'albert.embeddings.token_type_embeddings.weight');
  norm('embeddings/norm', 'albert.embeddings.LayerNorm');
  if (config.embeddingWidth !== config.width)
    linear('embeddings/projection', 'albert.encoder.embedding_hidden_mapping_in');
  const theirs = 'albert.encoder.albert_layer_groups.0.albert_layers.0';
  for (const part of ['query', 'key', 'value']) linear(`layers/0/attention/${part}`, `${theirs}.attention.${part}`);
  linear('layers/0/attention/output', `${theirs}.attention.dense`);
  norm('layers/0/attention/norm', `${theirs}.attention.LayerNorm`);
  linear('layers/0/feedForward/inner', `${theirs}.ffn`);
  linear('layers/0/feedForward/outer', `${theirs}.ffn_output`);
  norm('layers/0/feedForward/norm', `${theirs}.full_layer_layer_norm`);
  linear('languageModel/transform', 'predictions.dense');
  norm('languageModel/norm', 'predictions.LayerNorm');
  plain('languageModel/bias', 'predictions.bias');
  return pairs;
}

/** ALBERT (Lan et al. 2020): one block used many times, narrow tables. transformers' class has no left-to-right form, so none is read or written. */
export const albert: Family<'albert'> = {
  ...bert,
  name: 'albert',
  modelTypes: ['albert'],
  classes: classesOf('Albert'),
  root: 'albert',
  readConfig: (file) => {
    if (file.number('num_hidden_groups', 1) !== 1 || file.number('inner_group_num', 1) !== 1)
      file.problems.push(
        "'num_hidden_groups' and 'inner_group_num' must be 1: ALBERT with one shared block is what is built here",
      );
    const { leftToRight: _, ...sizes } = readBertConfig(file, {
      ...{ dropout: 0, embeddingWidth: 128, classifierDropoutKey: 'classifier_dropout_prob' },
      classifierDropout: 0.1,
      activation: 'gelu_new',
    });
    return { ...sizes, sharedLayers: true };
  },
  writeConfig: (config) => {
    const { is_decoder: _, classifier_dropout: _dropout, ...keys } = writeBertConfig(config);
    return {
      ...keys,
      embedding_size: config.embeddingWidth,
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
