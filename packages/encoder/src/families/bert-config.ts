import { type Activation, type EncoderConfig, type EncoderSizes, mostSizes } from '../config/encoder-config.ts';
import type { ConfigReader } from './config-reader.ts';

/** Reads the keys that BERT and its kin have in common. @param defaults where a family's differ from BERT's */
export function readBertConfig(
  file: ConfigReader,
  {
    dropout = 0.1,
    embeddingWidth,
    classifierDropoutKey = 'classifier_dropout',
    classifierDropout: usualDropout,
    activation: usualActivation = 'gelu',
    segments = 'always',
  }: {
    readonly dropout?: number;
    readonly embeddingWidth?: number | undefined;
    readonly classifierDropoutKey?: string;
    /** Of a head, where it is not the blocks'. */
    readonly classifierDropout?: number;
    readonly activation?: Activation;
    /** Whether there is a table of segments, or only where the file says so. */
    readonly segments?: 'always' | 'perhaps';
  } = {},
): EncoderSizes {
  const activation = file.activation('hidden_act', usualActivation);
  const position = file.choice('position_embedding_type', ['absolute', 'relative_key'], 'absolute');
  const width = file.size('hidden_size', mostSizes.width);
  const hiddenDropout = file.number('hidden_dropout_prob', dropout);
  const classifierDropout = file.number(classifierDropoutKey, usualDropout ?? hiddenDropout);
  const drawDeviation = file.number('initializer_range', 0.02);
  return {
    vocabularySize: file.size('vocab_size', mostSizes.vocabularySize),
    width,
    layers: file.size('num_hidden_layers', mostSizes.layers),
    heads: file.size('num_attention_heads', mostSizes.heads),
    feedForwardWidth: file.size('intermediate_size', mostSizes.feedForwardWidth),
    maximumLength: file.size('max_position_embeddings', mostSizes.maximumLength),
    segmentTypes:
      segments === 'perhaps' && (file.value('type_vocab_size') ?? 0) === 0
        ? 0
        : file.size('type_vocab_size', mostSizes.segmentTypes, 2),
    dropout: hiddenDropout,
    attentionDropout: file.number('attention_probs_dropout_prob', dropout),
    normEpsilon: file.number('layer_norm_eps', 1e-12),
    embeddingWidth: file.size('embedding_size', mostSizes.embeddingWidth, embeddingWidth ?? width),
    activation,
    positionKind: position === 'relative_key' ? 'relative' : 'absolute',
    ...(file.flag('is_decoder') && { leftToRight: true }),
    ...(classifierDropout !== hiddenDropout && { classifierDropout }),
    ...(drawDeviation !== 0.02 && { drawDeviation }),
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
    classifier_dropout: config.classifierDropout ?? null,
    initializer_range: config.drawDeviation ?? 0.02,
  };
}
