import { add, dropout, forkKey, gatherRows, type Key, linear, reshape, slice, type Tensor } from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { EncoderParameters } from '../parameters/parameter-tree.ts';
import type { TokenInputs } from './batch.ts';
import { normalise } from './normalise.ts';

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

/**
 * Token, segment and (absolute) position embeddings, summed, normalised, dropped out and, where the tables are narrower, projected.
 *
 * A pre-layer-norm encoder normalises here too, as BERT-like ones do. Returns `[batch, length, width]`.
 *
 * @param inputs.tokens `[batch, length, table width]`, in place of the rows of the token table that `ids` names
 */
export function embed(
  { tokenTable, positionTable, segmentTable, norm, projection }: EncoderParameters<Tensor>['embeddings'],
  {
    ids,
    segments,
    positionIds,
    tablePositions = positionIds,
    tokens,
  }: Pick<TokenInputs, 'ids' | 'segments' | 'positionIds' | 'tablePositions'> & { readonly tokens?: Tensor },
  config: EncoderConfig,
  key: Key | undefined,
): Tensor {
  const length = ids.shape[1] as number;
  let summed = tokens ?? gatherRows(tokenTable, ids);
  if (segmentTable) summed = add(summed, gatherRows(segmentTable, segments));
  if (positionTable && (config.positionKind === 'absolute' || config.absoluteToo))
    summed = add(summed, positionRows(positionTable, length, tablePositions, config));
  const dropped = dropout(normalise(summed, norm, config), {
    rate: config.embeddingDropout ?? config.dropout,
    key: key && forkKey(key, 'embeddings'),
  });
  return projection ? linear(dropped, projection) : dropped;
}
