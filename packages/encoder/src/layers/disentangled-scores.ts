import {
  add,
  bounded,
  constant,
  gatherRows,
  linear,
  matmul,
  multiply,
  reshape,
  slice,
  subtract,
  type Tensor,
  transpose,
} from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { LinearMap } from '../parameters/parameter-tree.ts';
import { distanceBucket, distanceSpan } from './distance-bucket.ts';

/** What scores of distances are made of. */
export interface DisentangledOperands {
  /** `[batch, heads, length, features]`, as keys are. */
  readonly queries: Tensor;
  readonly keys: Tensor;
  /** `[2 · span, width]`: a row for each bucket of distances. */
  readonly distances: Tensor;
  /** What makes keys of distances, for content against distance; none: there is no such part. */
  readonly toKeys?: LinearMap<Tensor> | undefined;
  /** What makes queries of distances, for distance against content. */
  readonly toQueries?: LinearMap<Tensor> | undefined;
  /** int32 `[batch, length]`: each in 0..maximumLength − 1, one outside makes its row NaN; default 0, 1, 2, … */
  readonly positionIds?: Tensor | undefined;
  /** Whether the length is left open: then all rows of the table are used, however few tokens there are. */
  readonly openLength?: boolean | undefined;
}

/** For each token and each other one the row of `[length · rows, …]` that holds their product: token · rows + bucket of their distance, `[1 or batch, length, length]`. */
function entriesOf(
  { positionIds, length }: { readonly positionIds: Tensor | undefined; readonly length: number },
  { span, reach, sign }: { readonly span: number; readonly reach: number; readonly sign: 1 | -1 },
  config: EncoderConfig,
): Tensor {
  const rows = 2 * reach;
  const rowOf = (distance: number) =>
    Math.min(Math.max(sign * distanceBucket(distance, config) + span, 0), 2 * span - 1) - (span - reach);
  if (!positionIds)
    return constant(
      Array.from({ length: length * length }, (_, pair) => {
        const [token, other] = [Math.floor(pair / length), pair % length];
        return token * rows + rowOf(token - other);
      }),
      [1, length, length],
      'int32',
    );
  const [batch] = positionIds.shape as [number];
  const { maximumLength } = config;
  const ofDistance = Array.from({ length: 2 * maximumLength - 1 }, (_, i) => rowOf(i - maximumLength + 1));
  const apart = subtract(reshape(positionIds, [batch, length, 1]), reshape(positionIds, [batch, 1, length]));
  const found = gatherRows(constant(ofDistance, [2 * maximumLength - 1], 'int32'), add(apart, maximumLength - 1), {
    within: true,
  });
  const first = Array.from({ length: batch * length }, (_, token) => token * rows);
  return add(found, constant(first, [batch, length, 1], 'int32'));
}

/**
 * Scores of distances (DeBERTa, He et al. 2021), unscaled: `s[i, j] = q_i · K(δ(i, j)) + k_j · Q(δ(i, j))`, δ the bucket of i − j, K and Q what the maps
 * make of the table of distances.
 *
 * One product with the rows of the table, from which each pair takes its own: no `[length, length, features]` is formed.
 *
 * @returns `[batch, heads, length, length]`
 */
export function disentangledScores(
  { queries, keys, distances, toKeys, toQueries, positionIds: asked, openLength = false }: DisentangledOperands,
  config: EncoderConfig,
): Tensor {
  const [batch, heads, length, features] = queries.shape as [number, number, number, number];
  const span = distanceSpan(config);
  // No pair of a short row is farther apart than its first and last token.
  const reach = asked || openLength ? span : Math.min(span, distanceBucket(length - 1, config) + 1);
  const checked = asked && bounded(asked, config.maximumLength, 'attend');
  const positionIds = checked?.places;
  const near = slice(distances, [span - reach, 0], [2 * reach, heads * features]);
  /** `x_token · map(row of the pair's distance)`, `[batch, heads, token, other]`. */
  const part = (x: Tensor, map: LinearMap<Tensor>, sign: 1 | -1) => {
    const placed = transpose(reshape(linear(near, map), [2 * reach, heads, features]), [1, 0, 2]);
    const byHead = reshape(transpose(x, [1, 0, 2, 3]), [heads, batch * length, features]);
    const products = reshape(matmul(byHead, placed, { transposeB: true }), [heads, batch, length, 2 * reach]);
    const entries = entriesOf({ positionIds, length }, { span, reach, sign }, config);
    if (positionIds) {
      const table = reshape(transpose(products, [1, 2, 3, 0]), [batch * length * 2 * reach, heads]);
      return transpose(gatherRows(table, entries, { within: true }), [0, 3, 1, 2]);
    }
    const table = reshape(transpose(products, [2, 3, 1, 0]), [length * 2 * reach, batch * heads]);
    const found = gatherRows(table, entries, { within: true });
    return transpose(reshape(found, [length, length, batch, heads]), [2, 3, 0, 1]);
  };
  const parts = [
    ...(toKeys ? [part(queries, toKeys, 1)] : []),
    // A key's own place comes first there: its distance to a query is the other way round.
    ...(toQueries ? [transpose(part(keys, toQueries, -1), [0, 1, 3, 2])] : []),
  ];
  const poison = checked ? [reshape(checked.poison, [batch, 1, length, 1])] : [];
  const [first = multiply(queries, 0), ...rest] = [...parts, ...poison];
  return rest.reduce((sum, next) => add(sum, next), first);
}
