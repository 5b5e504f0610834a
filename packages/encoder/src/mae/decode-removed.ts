import { add, broadcastTo, concat, forkKey, type Key, linear, reshape, type Tensor } from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import { rowsAt } from '../heads/rows-at.ts';
import { blocks } from '../layers/blocks.ts';
import { positionRows } from '../layers/embed.ts';
import { realKeys } from '../visible/real-keys.ts';
import type { MaeDecoderParameters } from './decoder-parameters.ts';

/**
 * MAE's decoder (He et al. 2021): kept hidden states go back to their places, one learned vector stands at the removed ones, positions
 * are added, and a few blocks follow.
 *
 * The encoder before it is `encodeBert` on the kept tokens with their `positionIds`: it never sees a [MASK].
 *
 * @param hidden the encoder's, `[batch, kept, width]`
 * @param restore int32 `[batch, length]`: which kept token stands at each place; `kept` where none does
 * @param attend bool `[batch, length]`: real places, kept or removed
 * @returns `[batch, length, decoder width]`, for `predictTokens` with the decoder's `languageModel` and the encoder's token table
 */
export function decodeRemoved(
  parameters: MaeDecoderParameters<Tensor>,
  { hidden, restore, attend }: { readonly hidden: Tensor; readonly restore: Tensor; readonly attend: Tensor },
  config: EncoderConfig,
  key?: Key,
): Tensor {
  const [batch, length] = restore.shape as [number, number];
  const entered = linear(hidden, parameters.enter);
  const mask = broadcastTo(reshape(parameters.mask, [1, 1, config.width]), [batch, 1, config.width]);
  const placed = reshape(rowsAt(concat([entered, mask], 1), restore), [batch, length, config.width]);
  const start = add(placed, positionRows(parameters.positionTable, length, undefined, { positionOffset: 0 }));
  const visible = realKeys(attend);
  // The decoder's places are those of its table, whatever the encoder's are: a config spread from the encoder's must not add to them.
  const placedByTable: EncoderConfig = { ...config, positionKind: 'absolute' };
  return blocks(parameters, { start, visible }, placedByTable, key && forkKey(key, 'decoder')).hidden;
}
