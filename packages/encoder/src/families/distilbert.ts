import { type EncoderConfig, type EncoderSizes, mostSizes } from '../config/encoder-config.ts';
import { bert } from './bert.ts';
import { classesOf } from './classes.ts';
import type { ConfigReader } from './config-reader.ts';
import type { Family, HeadForm } from './family.ts';
import { type NamePair, namePairs } from './name-pairs.ts';

function readConfig(file: ConfigReader): EncoderSizes {
  const dropout = file.number('dropout', 0.1);
  const classifierDropout = file.number('seq_classif_dropout', 0.2);
  const drawDeviation = file.number('initializer_range', 0.02);
  return {
    vocabularySize: file.size('vocab_size', mostSizes.vocabularySize),
    width: file.size('dim', mostSizes.width),
    layers: file.size('n_layers', mostSizes.layers),
    heads: file.size('n_heads', mostSizes.heads),
    feedForwardWidth: file.size('hidden_dim', mostSizes.feedForwardWidth),
    maximumLength: file.size('max_position_embeddings', mostSizes.maximumLength),
    activation: file.activation('activation'),
    segmentTypes: 0,
    dropout,
    attentionDropout: file.number('attention_dropout', 0.1),
    ...(dropout !== 0 && { attentionOutputDropout: 0 }),
    ...(classifierDropout !== dropout && { classifierDropout }),
    ...(drawDeviation !== 0.02 && { drawDeviation }),
  };
}

const writeConfig = (config: EncoderConfig): Readonly<Record<string, unknown>> => ({
  vocab_size: config.vocabularySize,
  dim: config.width,
  n_layers: config.layers,
  n_heads: config.heads,
  hidden_dim: config.feedForwardWidth,
  max_position_embeddings: config.maximumLength,
  activation: config.activation,
  dropout: config.dropout,
  attention_dropout: config.attentionDropout,
  seq_classif_dropout: config.classifierDropout ?? config.dropout,
  initializer_range: config.drawDeviation ?? 0.02,
});

function names(config: EncoderConfig): NamePair[] {
  const { pairs, plain, linear, norm } = namePairs();
  plain('embeddings/tokenTable', 'distilbert.embeddings.word_embeddings.weight');
  plain('embeddings/positionTable', 'distilbert.embeddings.position_embeddings.weight');
  norm('embeddings/norm', 'distilbert.embeddings.LayerNorm');
  for (let i = 0; i < config.layers; i++) {
    const [ours, theirs] = [`layers/${i}`, `distilbert.transformer.layer.${i}`];
    for (const part of ['query', 'key', 'value'])
      linear(`${ours}/attention/${part}`, `${theirs}.attention.${part.charAt(0)}_lin`);
    linear(`${ours}/attention/output`, `${theirs}.attention.out_lin`);
    norm(`${ours}/attention/norm`, `${theirs}.sa_layer_norm`);
    linear(`${ours}/feedForward/inner`, `${theirs}.ffn.lin1`);
    linear(`${ours}/feedForward/outer`, `${theirs}.ffn.lin2`);
    norm(`${ours}/feedForward/norm`, `${theirs}.output_layer_norm`);
  }
  linear('languageModel/transform', 'vocab_transform');
  norm('languageModel/norm', 'vocab_layer_norm');
  plain('languageModel/bias', 'vocab_projector.bias');
  return pairs;
}

const head: HeadForm = {
  position: 'first',
  map: 'classifierDense',
  activation: 'relu',
  dropoutBeforeMap: false,
  denseName: 'pre_classifier',
  classifierName: 'classifier',
};

/** DistilBERT (Sanh et al. 2019): BERT without segments and pooler, and without dropout on what attention adds. */
export const distilbert: Family<'distilbert'> = {
  ...bert,
  name: 'distilbert',
  modelTypes: ['distilbert'],
  classes: classesOf('DistilBert'),
  root: 'distilbert',
  fresh: { segmentTypes: 0, attentionOutputDropout: 0 },
  readConfig,
  writeConfig,
  names,
  outputName: 'vocab_projector.weight',
  optionalNames: [],
  heads: { sequence: head, choice: head },
  visibility: () => 'all',
};
