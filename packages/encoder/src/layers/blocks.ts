import {
  add,
  dropout,
  forkKey,
  type Key,
  linear,
  logicalAnd,
  multiply,
  recompute,
  slice,
  type Tensor,
} from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { BlockParameters, EncoderParameters } from '../parameters/parameter-tree.ts';
import { nearby } from '../visible/nearby.ts';
import { activate } from './activate.ts';
import { type Attended, type AttendOperands, attend, type KeysValues } from './attend.ts';
import type { Encoded } from './batch.ts';
import { convolve } from './convolve.ts';
import { distanceBias as biasOfDistances } from './distance-bias.ts';
import { normalise } from './normalise.ts';
import { projectAll } from './project-all.ts';
import { layerSequence, storedLayers } from './stored-layers.ts';

/** What a block gives on: the new stream, and attention's weights, keys and values. */
export interface BlockResult extends Omit<Attended, 'mixed'> {
  /** `[batch, queries, width]` */
  readonly stream: Tensor;
}

/**
 * One transformer block (Vaswani et al. 2017): attention, then feed-forward, each added to the stream.
 *
 * `post` normalises each sum, `LN(x + f(x))`; `pre` normalises each part's input, `x + f(LN(x))` (Xiong et al. 2020). A source that is
 * the stream itself is normalised with it; another source (T-TA, two streams) is taken as it comes. `between` is done to the stream between the two parts.
 */
export function block(
  parameters: BlockParameters<Tensor>,
  operands: AttendOperands & { readonly between?: ((stream: Tensor) => Tensor) | undefined },
  config: EncoderConfig,
  key: Key | undefined,
): BlockResult {
  const { stream, source } = operands;
  const pre = config.normPlacement === 'pre';
  const site = (name: string) => key && forkKey(key, name);
  const { output, norm } = parameters.attention;
  const drop = (x: Tensor, name: string, rate = config.dropout) => dropout(x, { rate, key: site(name) });

  const asked = pre ? normalise(stream, norm, config) : stream;
  const attended = attend(
    parameters.attention,
    { ...operands, stream: asked, source: source === stream ? asked : source },
    config,
    site('attention'),
  );
  const afterAttention = add(
    stream,
    drop(linear(attended.mixed, output), 'attention output', config.attentionOutputDropout),
  );
  const mixed = pre ? afterAttention : normalise(afterAttention, norm, config);
  const middle = operands.between ? operands.between(mixed) : mixed;

  const { inner, outer, norm: lastNorm } = parameters.feedForward;
  const within = linear(pre ? normalise(middle, lastNorm, config) : middle, inner);
  const fed = config.gated
    ? linear(drop(gate(within, config), 'feed-forward'), outer)
    : drop(linear(activate(within, config.activation), outer), 'feed-forward');
  const afterFeedForward = add(middle, fed);
  const { weights, keys, values } = attended;
  return { stream: pre ? afterFeedForward : normalise(afterFeedForward, lastNorm, config), weights, keys, values };
}

/** `f(a) ⊙ b` of `[…, a, b]`, the halves of the last axis (Shazeer 2020). */
function gate(within: Tensor, { feedForwardWidth, activation }: EncoderConfig): Tensor {
  const [batch, length] = within.shape as [number, number];
  const part = (from: number) => slice(within, [0, 0, from], [batch, length, feedForwardWidth]);
  return multiply(activate(part(0), activation), part(feedForwardWidth));
}

/** Whether a layer's tokens see only near ones: with `localWindow` all layers but 0, n, 2n, … of `globalEvery` n. */
export const isLocal = ({ localWindow = 0, globalEvery = 3 }: EncoderConfig, layer: number): boolean =>
  localWindow > 0 && layer % globalEvery !== 0;

/** Weights of the blocks and of what stands between them. */
export type BlocksParameters = Pick<
  EncoderParameters<Tensor>,
  'layers' | 'finalNorm' | 'distances' | 'distanceBias' | 'convolution'
>;

/** Runs all blocks, one set of weights each or (`sharedLayers`) a group's for several, and the last norm of a pre-layer-norm encoder. */
export function blocks(
  { layers, finalNorm, distances, distanceBias, convolution }: BlocksParameters,
  {
    start,
    source,
    visible,
    positionIds,
    real,
    texts,
    openLength,
    between,
    recompute: again = false,
  }: {
    /** The stream before the first block, `[batch, length, width]`. */
    readonly start: Tensor;
    /** What every layer attends to; none: the stream itself. */
    readonly source?: Tensor;
    readonly visible: Tensor;
    readonly positionIds?: Tensor | undefined;
    /** bool `[batch, length]`, where nothing but these real tokens decides what is seen. */
    readonly real?: Tensor | undefined;
    /** int32 `[batch, length]`, beside `real`: packed rows, in which a token sees its own text alone. */
    readonly texts?: Tensor | undefined;
    /** Whether the graph's length is left open; otherwise local layers never form `[length, length]` where `real` is given. */
    readonly openLength?: boolean | undefined;
    /** What is done to the stream of a layer between attention and its feed-forward part. */
    readonly between?: (stream: Tensor, layer: number) => Tensor;
    /** Whether what a block computes on the way is computed again in the backward pass instead of being kept, default false. */
    readonly recompute?: boolean;
  },
  config: EncoderConfig,
  key: Key | undefined,
): Omit<Encoded, 'embeddings'> {
  const stored = storedLayers(config);
  if (layers.length !== stored)
    throw new RangeError(`The config asks for ${stored} stored layers, the parameters have ${layers.length}.`);
  // A source that is the same for every layer is projected for all of them in one product.
  const projected = source && projectAll(source, layers);
  const states: Tensor[] = [start];
  const weights: Tensor[] = [];
  const keysValues: KeysValues[] = [];
  let stream = start;
  const reach = Math.floor((config.localWindow ?? 0) / 2);
  const table = distances && normalise(distances.table, distances.norm, config);
  if (config.biasBuckets && !distanceBias)
    throw new RangeError("encode: biasBuckets need 'distanceBias' among the parameters.");
  const bias = distanceBias && biasOfDistances(distanceBias, start.shape[1] as number, positionIds, config);
  if (convolution && (!real || texts))
    throw new RangeError(
      'encode: a convolution mixes neighbours whatever is said to be visible; it takes no other visibility.',
    );
  const seenNear = config.localWindow
    ? logicalAnd(visible, nearby(start.shape[1] as number, reach, positionIds))
    : visible;
  // Blocks count columns: tokens at places of their own may be farther apart than their columns are.
  const isCounted = !positionIds || texts !== undefined;
  for (const [i, place] of layerSequence(config).entries()) {
    const parameters = layers[place] as BlockParameters<Tensor>;
    const operands = {
      stream,
      source: source ?? stream,
      visible: isLocal(config, i) ? seenNear : visible,
      near: isLocal(config, i) && isCounted && !openLength && real ? { real, texts, reach } : undefined,
      rotaryBase: isLocal(config, i) ? config.localRotaryBase : undefined,
      positionIds,
      ...{ distances: table, bias, openLength },
      between: between && ((middle: Tensor) => between(middle, i)),
      projected: projected?.[place],
    };
    const run = () => {
      const result = block(parameters, operands, config, key && forkKey(key, `layer ${i}`));
      if (i > 0 || !convolution || !real) return result;
      const places = { before: start, after: result.stream, real, positionIds };
      return { ...result, stream: convolve(convolution, places, config, key && forkKey(key, 'convolution')) };
    };
    let whole: Tensor | undefined;
    const result = again
      ? recompute(() => {
          const { weights: found, ...rest } = run();
          // Handed out otherwise than by the result, weights over the whole row are not computed where nobody asks for them.
          if (operands.near) whole = found;
          return operands.near ? rest : { ...rest, weights: found };
        })
      : run();
    stream = result.stream;
    states.push(stream);
    const own = 'weights' in result ? result.weights : whole;
    if (own) weights.push(own);
    keysValues.push({ keys: result.keys, values: result.values });
  }
  const hidden = normalise(stream, finalNorm, config);
  return { hidden, states, weights, keysValues };
}
