import {
  concat,
  constant,
  dropout,
  equal,
  type Key,
  logicalAnd,
  matmul,
  multiply,
  pad,
  reshape,
  slice,
  type Tensor,
  visibleSoftmax,
} from '@cloze/backend';

/** What attention to near tokens needs. */
export interface NearbyOperands {
  /** `[batch, heads, length, features]`, as keys and values are. */
  readonly queries: Tensor;
  readonly keys: Tensor;
  readonly values: Tensor;
  /** bool `[batch, length]`: true for real tokens. */
  readonly real: Tensor;
  /** int32 `[batch, length]`: packed rows, in which a token sees its own text alone. */
  readonly texts?: Tensor | undefined;
  /** How many places away a token sees, to either side. */
  readonly reach: number;
}

/** Queries of a block: as many as one reaches to a side, so that three blocks hold all it sees, and not so few that products are tiny. */
const blockFor = (reach: number) => Math.max(reach, 32);

/** Whether a row is so long that blocks compute less than all pairs of tokens. */
export const isLongFor = (length: number, reach: number): boolean => length > 3 * blockFor(reach);

/**
 * Scaled dot-product attention to tokens at most `reach` places away, in memory and time that grow as the length: blocks of queries against
 * their own block and its two neighbours.
 *
 * Equal to attention over the whole row under `nearby`; numbers dropped by a key are others.
 *
 * @returns the mixture `[batch, heads, length, features]`; a query that sees nothing gets zeros
 */
export function attendNearby(
  { queries, keys, values, real, texts, reach }: NearbyOperands,
  { rate, key }: { readonly rate: number; readonly key: Key | undefined },
): Tensor {
  const [batch, heads, length, features] = queries.shape as [number, number, number, number];
  const block = blockFor(reach);
  const blocks = Math.ceil(length / block);
  const padded = blocks * block;
  /** The axis of places cut into blocks, each with its two neighbours behind one another: `[…, blocks, 3 · block, features]`. */
  const withNeighbours = (x: Tensor, lead: readonly number[], last: readonly number[]) => {
    const around = pad(x, [
      ...lead.map(() => [0, 0] as const),
      [block, block + padded - length],
      ...last.map(() => [0, 0] as const),
    ]);
    const moved = [0, 1, 2].map((i) => {
      const begin = [...lead.map(() => 0), i * block, ...last.map(() => 0)];
      return reshape(slice(around, begin, [...lead, padded, ...last]), [...lead, blocks, block, ...last]);
    });
    return concat(moved, lead.length + 1);
  };
  const rows = batch * heads;
  const own = reshape(
    pad(queries, [
      [0, 0],
      [0, 0],
      [0, padded - length],
      [0, 0],
    ]),
    [rows * blocks, block, features],
  );
  const nearOf = (x: Tensor) =>
    reshape(withNeighbours(reshape(x, [rows, length, features]), [rows], [features]), [
      rows * blocks,
      3 * block,
      features,
    ]);
  // Query i of a block stands `block` places behind where its first neighbour begins.
  const band = Array.from({ length: 3 * block * block }, (_, index) =>
    Math.abs((index % (3 * block)) - block - Math.floor(index / (3 * block))) <= reach ? 1 : 0,
  );
  const realNear = withNeighbours(real, [batch], []);
  const near = logicalAnd(
    constant(band, [1, 1, 1, block, 3 * block], 'bool'),
    reshape(realNear, [batch, 1, blocks, 1, 3 * block]),
  );
  const ownTexts =
    texts &&
    reshape(
      pad(texts, [
        [0, 0],
        [0, padded - length],
      ]),
      [batch, 1, blocks, block, 1],
    );
  const visible =
    texts && ownTexts
      ? logicalAnd(near, equal(ownTexts, reshape(withNeighbours(texts, [batch], []), [batch, 1, blocks, 1, 3 * block])))
      : near;
  const products = multiply(matmul(own, nearOf(keys), { transposeB: true }), 1 / Math.sqrt(features));
  const scores = reshape(products, [batch, heads, blocks, block, 3 * block]);
  const weights = dropout(visibleSoftmax(scores, visible), { rate, key });
  const mixed = matmul(reshape(weights, [rows * blocks, block, 3 * block]), nearOf(values));
  return slice(reshape(mixed, [batch, heads, padded, features]), [0, 0, 0, 0], [batch, heads, length, features]);
}
