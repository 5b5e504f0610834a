import { add, bounded, constant, gatherRows, reshape, type Tensor } from '@cloze/backend';

/**
 * The chosen positions of each row, one under the other: `[batch, length, width]` at int32 `[batch, slots]` → `[batch · slots, width]`.
 *
 * A position outside of its own row gives NaN, not a neighbour's vector.
 */
export function rowsAt(hidden: Tensor, positions: Tensor): Tensor {
  const [batch, length, width] = hidden.shape as [number, number, number];
  const slots = positions.shape[1] as number;
  const starts = constant(
    Array.from({ length: batch }, (_, row) => row * length),
    [batch, 1],
    'int32',
  );
  const { places, poison } = bounded(positions, length, 'rowsAt');
  const chosen = gatherRows(reshape(hidden, [batch * length, width]), reshape(add(places, starts), [batch * slots]), {
    within: true,
  });
  return add(chosen, reshape(poison, [batch * slots, 1]));
}
