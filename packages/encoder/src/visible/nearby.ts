import { constant, lessEqual, logicalAnd, reshape, subtract, type Tensor } from '@cloze/backend';

/**
 * Tokens at most `reach` places away, bool `[1 or batch, 1, length, length]`.
 *
 * @param positionIds int32 `[batch, length]`: where each token stands; default 0, 1, 2, …
 */
export function nearby(length: number, reach: number, positionIds?: Tensor): Tensor {
  const places =
    positionIds ??
    constant(
      Array.from({ length }, (_, place) => place),
      [1, length],
      'int32',
    );
  const [rows] = places.shape as [number];
  const queries = reshape(places, [rows, 1, length, 1]);
  const keys = reshape(places, [rows, 1, 1, length]);
  return logicalAnd(lessEqual(subtract(keys, queries), reach), lessEqual(subtract(queries, keys), reach));
}
