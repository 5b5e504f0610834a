import type { HostTensor } from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import { initialLinear, initialParameters } from '../parameters/initial-parameters.ts';
import type { EncoderParameters, Linear } from '../parameters/parameter-tree.ts';

/** MAE's decoder: a shallow encoder of its own width, positions and head. */
export interface MaeDecoderParameters<T> {
  /** Encoder width to decoder width. */
  readonly enter: Linear<T>;
  /** What stands at removed places, `[1, decoder width]`. */
  readonly mask: T;
  /** The decoder's own position table, `[maximum length, decoder width]`. */
  readonly positionTable: T;
  readonly layers: EncoderParameters<T>['layers'];
  readonly finalNorm?: NonNullable<EncoderParameters<T>['finalNorm']>;
  /** Predicts tokens; `transform` leads from the decoder's width to the token table's. */
  readonly languageModel: EncoderParameters<T>['languageModel'];
}

/**
 * Fresh weights of a decoder.
 *
 * @param encoder the encoder it reads @param decoder its own sizes: a few layers, often half as wide; vocabulary and length are the encoder's
 */
export function initialMaeDecoder(
  encoder: EncoderConfig,
  decoder: EncoderConfig,
  random: { next(): number },
): MaeDecoderParameters<HostTensor> {
  const { embeddings, layers, finalNorm, languageModel } = initialParameters(
    {
      ...decoder,
      vocabularySize: 1,
      maximumLength: encoder.maximumLength,
      positionKind: 'absolute',
      embeddingWidth: decoder.width,
    },
    random,
  );
  const width = encoder.embeddingWidth;
  const draw = { deviation: decoder.drawDeviation };
  const flat = (value: number, length: number): HostTensor => ({
    shape: [length],
    dtype: 'float32',
    values: new Float32Array(length).fill(value),
  });
  return {
    enter: initialLinear(encoder.width, decoder.width, random, draw),
    mask: embeddings.tokenTable,
    positionTable: embeddings.positionTable as HostTensor,
    layers,
    ...(finalNorm && { finalNorm }),
    languageModel: {
      ...languageModel,
      transform: initialLinear(decoder.width, width, random, draw),
      norm: { scale: flat(1, width), offset: flat(0, width) },
      bias: flat(0, encoder.vocabularySize),
    },
  };
}
