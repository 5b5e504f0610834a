import type { EncoderConfig } from '../../config/encoder-config.ts';
import { type NamePair, namePairs } from './name-pairs.ts';

/** Every parameter of an ALBERT masked language model with one shared block (the published models), under Hugging Face's names. */
export function albertNames(config: EncoderConfig): NamePair[] {
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
