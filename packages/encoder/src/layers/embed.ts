import { add, dropout, forkKey, gatherRows, type Key, layerNorm, linear, type Tensor } from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { EncoderParameters } from '../parameters/parameter-tree.ts';
import type { TokenInputs } from './batch.ts';
import { positionRows } from './positions.ts';

/**
 * Token, segment and (absolute) position embeddings, summed, normalised, dropped out and, where the tables are narrower, projected.
 *
 * A pre-layer-norm encoder normalises here too, as BERT-like ones do. Returns `[batch, length, width]`.
 */
export function embed(
  { tokenTable, positionTable, segmentTable, norm, projection }: EncoderParameters<Tensor>['embeddings'],
  { ids, segments, positionIds }: Pick<TokenInputs, 'ids' | 'segments' | 'positionIds'>,
  config: EncoderConfig,
  key: Key | undefined,
): Tensor {
  const length = ids.shape[1] as number;
  let summed = gatherRows(tokenTable, ids);
  if (segmentTable) summed = add(summed, gatherRows(segmentTable, segments));
  if (positionTable && config.positionKind === 'absolute')
    summed = add(summed, positionRows(positionTable, length, positionIds, config));
  const dropped = dropout(layerNorm(summed, norm, config.normEpsilon), {
    rate: config.dropout,
    key: key && forkKey(key, 'embeddings'),
  });
  return projection ? linear(dropped, projection) : dropped;
}
