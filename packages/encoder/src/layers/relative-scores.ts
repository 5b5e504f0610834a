import { add, bounded, constant, gatherRows, matmul, reshape, subtract, type Tensor, transpose } from '@cloze/backend';

/**
 * Scores of distances, `s[i, j] = q_i · R[p_i − p_j + M − 1]` (Shaw, Uszkoreit, Vaswani 2018; keys only).
 *
 * @param query `[batch, heads, length, features]` @param distances `[2M − 1, features]`
 * @param positionIds int32 `[batch, length]`, p: each in 0..M − 1, one outside makes its row NaN; default 0, 1, 2, …
 * @returns `[batch, heads, length, length]` @throws {RangeError} when the sequence is longer than M and no positions are given
 */
export function relativeScores(query: Tensor, distances: Tensor, positionIds?: Tensor): Tensor {
  const [batch, heads, length, features] = query.shape as [number, number, number, number];
  const longest = ((distances.shape[0] as number) + 1) / 2;
  if (positionIds) return scoresAt(query, distances, positionIds, longest);
  if (length > longest)
    throw new RangeError(
      `A sequence of ${length} tokens is longer than the ${longest} the distance table covers; truncate.`,
    );
  const index = Array.from(
    { length: length * length },
    (_, place) => Math.floor(place / length) - (place % length) + longest - 1,
  );
  const rows = gatherRows(distances, constant(index, [length, length], 'int32'), { within: true });
  // One product a query position: [length, batch·heads, features] × [length, length, features]ᵀ.
  const byPosition = reshape(transpose(query, [2, 0, 1, 3]), [length, batch * heads, features]);
  const scores = matmul(byPosition, rows, { transposeB: true });
  return transpose(reshape(scores, [length, batch, heads, length]), [1, 2, 0, 3]);
}

/** The same where every row has positions of its own: one product for each query of each row. */
function scoresAt(query: Tensor, distances: Tensor, positionIds: Tensor, longest: number): Tensor {
  const [batch, heads, length, features] = query.shape as [number, number, number, number];
  const { places, poison } = bounded(positionIds, longest, 'relativeScores');
  const apart = subtract(reshape(places, [batch, length, 1]), reshape(places, [batch, 1, length]));
  const rows = gatherRows(distances, add(apart, longest - 1), { within: true });
  const byPosition = reshape(transpose(query, [0, 2, 1, 3]), [batch * length, heads, features]);
  const scores = matmul(byPosition, reshape(rows, [batch * length, length, features]), { transposeB: true });
  const placed = transpose(reshape(scores, [batch, length, heads, length]), [0, 2, 1, 3]);
  return add(placed, reshape(poison, [batch, 1, length, 1]));
}
