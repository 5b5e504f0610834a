import { forkKey, type Key, layerNorm, recompute, type Tensor } from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { BlockParameters, EncoderParameters } from '../parameters/parameter-tree.ts';
import type { KeysValues } from './attend.ts';
import type { Encoded } from './batch.ts';
import { block } from './block.ts';
import { projectAll } from './project-all.ts';

/** Runs all blocks, one set of weights each or (`sharedLayers`) the same for all, and the last norm of a pre-layer-norm encoder. */
export function blocks(
  { layers, finalNorm }: Pick<EncoderParameters<Tensor>, 'layers' | 'finalNorm'>,
  {
    start,
    source,
    visible,
    positionIds,
    recompute: again = false,
  }: {
    /** The stream before the first block, `[batch, length, width]`. */
    readonly start: Tensor;
    /** What every layer attends to; none: the stream itself. */
    readonly source?: Tensor;
    readonly visible: Tensor;
    readonly positionIds?: Tensor | undefined;
    /** Whether what a block computes on the way is computed again in the backward pass instead of being kept, default false. */
    readonly recompute?: boolean;
  },
  config: EncoderConfig,
  key: Key | undefined,
): Omit<Encoded, 'embeddings'> {
  const stored = config.sharedLayers ? 1 : config.layers;
  if (layers.length !== stored)
    throw new RangeError(`The config asks for ${stored} stored layers, the parameters have ${layers.length}.`);
  // A source that is the same for every layer is projected for all of them in one product.
  const projected = source && projectAll(source, layers);
  const states: Tensor[] = [start];
  const weights: Tensor[] = [];
  const keysValues: KeysValues[] = [];
  let stream = start;
  for (let i = 0; i < config.layers; i++) {
    const parameters = layers[config.sharedLayers ? 0 : i] as BlockParameters<Tensor>;
    const operands = {
      stream,
      source: source ?? stream,
      visible,
      positionIds,
      projected: projected?.[config.sharedLayers ? 0 : i],
    };
    const run = () => block(parameters, operands, config, key && forkKey(key, `layer ${i}`));
    const result = again ? recompute(run) : run();
    stream = result.stream;
    states.push(stream);
    weights.push(result.weights);
    keysValues.push({ keys: result.keys, values: result.values });
  }
  const hidden = finalNorm ? layerNorm(stream, finalNorm, config.normEpsilon) : stream;
  return { hidden, states, weights, keysValues };
}
