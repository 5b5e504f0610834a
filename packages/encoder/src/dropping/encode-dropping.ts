import { cast, concat, forkKey, greater, type Key, reshape, type Tensor } from '@cloze/backend';
import { checkOptions, whole } from '@cloze/checks';
import type { EncoderConfig } from '../config/encoder-config.ts';
import { rowsAt } from '../heads/rows-at.ts';
import type { Encoded, TokenInputs } from '../layers/batch.ts';
import { type BlocksParameters, blocks } from '../layers/blocks.ts';
import { embed } from '../layers/embed.ts';
import { normalise } from '../layers/normalise.ts';
import type { EncoderParameters } from '../parameters/parameter-tree.ts';
import { realKeys } from '../visible/real-keys.ts';

/** What of each row the middle layers go on with, as `keepImportant` of `@cloze/masking` gives it. */
export interface DroppedTokens {
  /** int32 `[batch, kept]`: columns that stay, rising. */
  readonly kept: Tensor;
  /** int32 `[batch, length]`: number of each place among the kept ones, or `kept` plus its column. */
  readonly restore: Tensor;
}

/**
 * Token dropping (Hou et al. 2022): layers `from` to before `to` work on the kept tokens alone, which see each other; the others wait as they were before and join
 * the layers behind. Every token has a state at the end, and what a middle layer costs falls with the share that is kept.
 *
 * For pretraining: the whole encoder is used afterwards as ever. Dropout draws by a key of each of the three parts.
 *
 * @param options.from first layer that drops, default half of the layers @param options.to the layer that all tokens join again, default the last
 * @returns hidden states `[batch, length, width]` of all tokens
 * @throws {RangeError} for layers out of order, and encoders whose layers share weights, see near tokens only, or read distances
 */
export function encodeDropping(
  parameters: BlocksParameters & Pick<EncoderParameters<Tensor>, 'embeddings'>,
  inputs: Pick<TokenInputs, 'ids' | 'segments' | 'attend'>,
  dropped: DroppedTokens,
  config: EncoderConfig,
  options: { readonly from?: number; readonly to?: number } = {},
  key?: Key,
): Pick<Encoded, 'hidden' | 'embeddings'> {
  checkOptions('encodeDropping', options, { from: whole(0), to: whole(0) });
  const { kept, restore } = dropped;
  const { layers } = config;
  const { from = Math.floor(layers / 2), to = Math.max(from, layers - 1) } = options;
  if (from > to || to > layers)
    throw new RangeError(
      `encodeDropping: from (${from}) must be at most to (${to}), which must be at most the ${layers} layers.`,
    );
  if (
    config.sharedLayers ||
    config.localWindow ||
    config.biasBuckets ||
    config.convolution ||
    !['absolute', 'rotary'].includes(config.positionKind)
  )
    throw new RangeError(
      'encodeDropping: layers must have weights of their own and see the whole row, by absolute or rotary positions.',
    );
  const [batch, length] = inputs.ids.shape as [number, number];
  const count = kept.shape[1] as number;
  const embeddings = embed(parameters.embeddings, inputs, config, key);
  const part = (start: Tensor, attend: Tensor, first: number, end: number, positionIds?: Tensor) => {
    const weights = { layers: parameters.layers.slice(first, end) };
    const run = { start, visible: realKeys(attend), positionIds };
    const own = key && forkKey(key, `layers ${first} to ${end}`);
    return blocks(weights, run, { ...config, layers: end - first }, own).hidden;
  };
  const before = part(embeddings, inputs.attend, 0, from);
  const chosen = reshape(rowsAt(before, kept), [batch, count, config.width]);
  const marks = rowsAt(reshape(cast(inputs.attend, 'float32'), [batch, length, 1]), kept);
  const real = greater(reshape(marks, [batch, count]), 0.5);
  const within = part(chosen, real, from, to, kept);
  const together = reshape(rowsAt(concat([within, before], 1), restore), [batch, length, config.width]);
  const last = part(together, inputs.attend, to, layers);
  return { hidden: normalise(last, parameters.finalNorm, config), embeddings };
}
