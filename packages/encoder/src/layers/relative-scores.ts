import { constant, gatherRows, matmul, reshape, type Tensor, transpose } from '@cloze/backend';

/**
 * Scores of distances, `s[i, j] = q_i · R[i − j + M − 1]` (Shaw, Uszkoreit, Vaswani 2018; keys only).
 *
 * @param query `[batch, heads, length, features]` @param distances `[2M − 1, features]` @returns `[batch, heads, length, length]`
 * @throws {RangeError} when the sequence is longer than M
 */
export function relativeScores(query: Tensor, distances: Tensor): Tensor {
  const [batch, heads, length, features] = query.shape as [number, number, number, number];
  const longest = ((distances.shape[0] as number) + 1) / 2;
  if (length > longest)
    throw new RangeError(
      `A sequence of ${length} tokens is longer than the ${longest} the distance table covers; truncate.`,
    );
  const index = Array.from(
    { length: length * length },
    (_, place) => Math.floor(place / length) - (place % length) + longest - 1,
  );
  const rows = gatherRows(distances, constant(index, [length, length], 'int32'));
  // One product a query position: [length, batch·heads, features] × [length, length, features]ᵀ.
  const byPosition = reshape(transpose(query, [2, 0, 1, 3]), [length, batch * heads, features]);
  const scores = matmul(byPosition, rows, { transposeB: true });
  return transpose(reshape(scores, [length, batch, heads, length]), [1, 2, 0, 3]);
}
