import type { EncoderConfig, EncoderSizes } from '../config/encoder-config.ts';
import type { ConfigReader } from './config-reader.ts';

/** Reads the keys that BERT and its kin have in common. @param defaults where a family's differ from BERT's */
export function readBertConfig(
  file: ConfigReader,
  { dropout = 0.1, embeddingWidth }: { readonly dropout?: number; readonly embeddingWidth?: number | undefined } = {},
): EncoderSizes {
  const activation = file.activation('hidden_act');
  const position = file.choice('position_embedding_type', ['absolute', 'relative_key'], 'absolute');
  const width = file.number('hidden_size');
  return {
    vocabularySize: file.number('vocab_size'),
    width,
    layers: file.number('num_hidden_layers'),
    heads: file.number('num_attention_heads'),
    feedForwardWidth: file.number('intermediate_size'),
    maximumLength: file.number('max_position_embeddings'),
    segmentTypes: file.number('type_vocab_size', 2),
    dropout: file.number('hidden_dropout_prob', dropout),
    attentionDropout: file.number('attention_probs_dropout_prob', dropout),
    normEpsilon: file.number('layer_norm_eps', 1e-12),
    embeddingWidth: file.number('embedding_size', embeddingWidth ?? width),
    activation,
    positionKind: position === 'relative_key' ? 'relative' : 'absolute',
    ...(file.flag('is_decoder') && { leftToRight: true }),
  };
}

/** The keys that BERT and its kin have in common. */
export function writeBertConfig(config: EncoderConfig): Readonly<Record<string, unknown>> {
  return {
    vocab_size: config.vocabularySize,
    hidden_size: config.width,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    intermediate_size: config.feedForwardWidth,
    hidden_act: config.activation,
    hidden_dropout_prob: config.dropout,
    attention_probs_dropout_prob: config.attentionDropout,
    max_position_embeddings: config.maximumLength,
    type_vocab_size: config.segmentTypes,
    layer_norm_eps: config.normEpsilon,
    position_embedding_type: config.positionKind === 'relative' ? 'relative_key' : 'absolute',
    is_decoder: config.leftToRight === true,
  };
}
