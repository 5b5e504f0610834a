import { add, dropout, forkKey, type HostTensor, type Key, linear, reshape, type Tensor } from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import { blocks } from '../layers/blocks.ts';
import { embed } from '../layers/embed.ts';
import { normalise } from '../layers/normalise.ts';
import { drawParameters } from '../parameters/draw-parameters.ts';
import { initialLinear } from '../parameters/initial-parameters.ts';
import type { EncoderParameters, Linear, Norm } from '../parameters/parameter-tree.ts';
import { causal } from '../visible/causal.ts';

/** How a layer of the decoder reads the vector: the value and output maps of a cross-attention, and the norm behind it. */
export interface CrossParameters<T> {
  readonly value: Linear<T>;
  readonly output: Linear<T>;
  readonly norm: Norm<T>;
}

/** What the decoder of a denoising autoencoder has beside its encoder's weights: one cross-attention a layer. */
export interface DenoisingDecoderParameters<T> {
  readonly cross: readonly CrossParameters<T>[];
}

/** Fresh cross-attentions, drawn as BERT draws its maps. */
export function initialDenoisingDecoder(
  config: EncoderConfig,
  random: { next(): number },
): DenoisingDecoderParameters<HostTensor> {
  const { layers, width, drawDeviation } = config;
  const draw = { deviation: drawDeviation };
  const norm = (): Norm<HostTensor> =>
    drawParameters(
      { scale: { shape: [width], initial: 'ones' }, offset: { shape: [width], initial: 'zeros' } },
      random,
    ) as Norm<HostTensor>;
  return {
    cross: Array.from({ length: layers }, () => ({
      value: initialLinear(width, width, random, draw),
      output: initialLinear(width, width, random, draw),
      norm: norm(),
    })),
  };
}

/**
 * The decoder of TSDAE (Wang, Reimers, Gurevych 2021): the encoder's own blocks from left to right, each of which reads one vector between its
 * attention and its feed-forward part, `x ← LN(x + O·(V·vector))`.
 *
 * Attention to a single key gives it the weight 1 whatever the query, so queries and keys of the cross-attention are not there: transformers' decoder
 * computes the same with them. Without `positions` the row is read as its encoder's.
 *
 * @param inputs the original text @param vector `[batch, width]` @param key none means no dropout
 * @returns hidden states `[batch, length, width]`, for `predictTokens`
 * @throws {RangeError} for another number of cross-attentions than layers, and for an encoder whose norms stand first
 */
export function decodeFromVector(
  parameters: EncoderParameters<Tensor>,
  decoder: DenoisingDecoderParameters<Tensor>,
  inputs: { readonly ids: Tensor; readonly segments: Tensor; readonly attend: Tensor; readonly vector: Tensor },
  config: EncoderConfig,
  key?: Key,
): Tensor {
  const { cross } = decoder;
  const { ids, segments, attend, vector } = inputs;
  if (cross.length !== config.layers)
    throw new RangeError(
      `decodeFromVector: ${config.layers} layers need as many cross-attentions, got ${cross.length}.`,
    );
  if (config.normPlacement !== 'post')
    throw new RangeError(
      "decodeFromVector: the decoder has BERT's norms behind each part; normPlacement must be 'post'.",
    );
  const [batch, width] = vector.shape as [number, number];
  const start = embed(parameters.embeddings, { ids, segments }, config, key);
  const between = (stream: Tensor, layer: number) => {
    const { value, output, norm } = cross[layer] as CrossParameters<Tensor>;
    const read = dropout(linear(linear(vector, value), output), {
      rate: config.dropout,
      key: key && forkKey(key, `cross ${layer}`),
    });
    return normalise(add(stream, reshape(read, [batch, 1, width])), norm, config);
  };
  return blocks(parameters, { start, visible: causal(attend), between }, config, key).hidden;
}
