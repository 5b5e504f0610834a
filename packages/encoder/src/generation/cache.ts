import { concat, fill, type Tensor } from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { KeysValues } from '../layers/attend.ts';

/** Keys and values of every layer, `[rows, room, width]` each, and which slots are taken, bool `[rows, room]`. */
export interface Cache<T = Tensor> {
  readonly layers: readonly { readonly keys: T; readonly values: T }[];
  readonly taken: T;
}

/** Keys and values of a source as the beginning of a cache with `room` slots. @throws {RangeError} when the source has more tokens than that */
export function cacheOf(
  keysValues: readonly KeysValues[],
  attend: Tensor,
  room: number,
  { width }: EncoderConfig,
): Cache {
  const [rows, length] = attend.shape as [number, number];
  if (length > room) throw new RangeError(`cacheOf: ${length} tokens do not fit a cache of ${room}.`);
  if (length === room) return { layers: keysValues, taken: attend };
  const rest = fill([rows, room - length, width], 0);
  const widen = (x: Tensor) => concat([x, rest], 1);
  return {
    layers: keysValues.map(({ keys, values }) => ({ keys: widen(keys), values: widen(values) })),
    taken: concat([attend, fill([rows, room - length], 0, 'bool')], 1),
  };
}
