import { add, gatherRows, reshape, slice, type Tensor } from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';

/**
 * Rows of a position table: for `[batch, length]` numbers `[batch, length, width]`, for none the first `length` rows `[1, length, width]`.
 *
 * @throws {RangeError} when a sequence is longer than the table
 */
export function positionRows(
  table: Tensor,
  length: number,
  positions: Tensor | undefined,
  { positionOffset: offset }: Pick<EncoderConfig, 'positionOffset'>,
): Tensor {
  const [rows, width] = table.shape as [number, number];
  // With positions given the length says nothing: a shortened row keeps its own numbers.
  if (positions) return gatherRows(table, offset === 0 ? positions : add(positions, offset));
  if (length > rows - offset)
    throw new RangeError(
      `A sequence of ${length} tokens is longer than the position table of ${rows - offset}; truncate to ${rows - offset}.`,
    );
  return reshape(slice(table, [offset, 0], [length, width]), [1, length, width]);
}
