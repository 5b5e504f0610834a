import { reshape, slice, type Tensor } from '@cloze/backend';
import type { Arrangement } from './arrangement.ts';

/** The first and the second copies of doubled rows: `[2·rows, ...]` → twice `[rows, ...]`. @throws {RangeError} for an odd number of rows */
export function splitPair(x: Tensor, arrangement: Exclude<Arrangement, 'separate'>): readonly [Tensor, Tensor] {
  const [both = 0, ...rest] = x.shape;
  if (both % 2 !== 0) throw new RangeError(`splitPair: expected every row twice, got ${both} rows in [${x.shape}].`);
  const rows = both / 2;
  const zeros = rest.map(() => 0);
  if (arrangement === 'concatenated')
    return [slice(x, [0, ...zeros], [rows, ...rest]), slice(x, [rows, ...zeros], [rows, ...rest])];
  const pairs = reshape(x, [rows, 2, ...rest]);
  const copy = (i: number) => reshape(slice(pairs, [0, i, ...zeros], [rows, 1, ...rest]), [rows, ...rest]);
  return [copy(0), copy(1)];
}
