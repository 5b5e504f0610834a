import { concat, constant, equal, fill, logicalOr, reshape, type Tensor, where } from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import { block } from '../layers/blocks.ts';
import { embed } from '../layers/embed.ts';
import { layerSequence } from '../layers/stored-layers.ts';
import type { BlockParameters, EncoderParameters } from '../parameters/parameter-tree.ts';
import type { Cache } from './cache.ts';

/**
 * One more token a row through the encoder: it sees all that is in the cache and itself, and joins the cache.
 *
 * Equal to encoding the whole row again with a causal or prefix mask, at one token's cost.
 *
 * @param ids int32 `[rows, 1]` @param segments int32 `[rows, 1]` @param positionIds int32 `[rows, 1]`, also the slot it takes
 * @returns hidden states `[rows, 1, width]` and the cache with the token in it
 */
export function extend(
  parameters: Pick<EncoderParameters<Tensor>, 'embeddings' | 'layers'>,
  cache: Cache,
  inputs: { readonly ids: Tensor; readonly segments: Tensor; readonly positionIds: Tensor },
  config: EncoderConfig,
): { readonly hidden: Tensor; readonly cache: Cache } {
  if (config.biasBuckets) throw new RangeError('extend: biasBuckets cannot use a cache.');
  if (config.localWindow) throw new RangeError('extend: localWindow cannot use a cache.');
  if (config.normPlacement !== 'post') throw new RangeError("extend: built for normPlacement 'post'.");
  const [rows, room] = cache.taken.shape as [number, number];
  const slot = equal(inputs.positionIds, constant([...new Array(room).keys()], [1, room], 'int32'));
  const visible = reshape(concat([cache.taken, fill([rows, 1], 1, 'bool')], 1), [rows, 1, 1, room + 1]);
  const column = reshape(slot, [rows, room, 1]);
  const sequence = layerSequence(config);
  const layers: Cache['layers'][number][] = [];
  let stream = embed(parameters.embeddings, inputs, config, undefined);
  for (const [i, past] of cache.layers.entries()) {
    const weights = parameters.layers[sequence[i] ?? 0] as BlockParameters<Tensor>;
    const result = block(
      weights,
      { stream, source: stream, visible, positionIds: inputs.positionIds, past },
      config,
      undefined,
    );
    stream = result.stream;
    layers.push({ keys: where(column, result.keys, past.keys), values: where(column, result.values, past.values) });
  }
  return { hidden: stream, cache: { layers, taken: logicalOr(cache.taken, slot) } };
}
