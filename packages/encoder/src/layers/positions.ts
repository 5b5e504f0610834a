import { slice, type Tensor } from '@cloze/backend';

/** The first `length` rows of a position table, `[length, width]`. @throws {RangeError} when the table is shorter */
export function positionRows(table: Tensor, length: number): Tensor {
  const [rows, width] = table.shape as [number, number];
  if (length > rows)
    throw new RangeError(
      `A sequence of ${length} tokens is longer than the position table of ${rows}; truncate to ${rows}.`,
    );
  return slice(table, [0, 0], [length, width]);
}
