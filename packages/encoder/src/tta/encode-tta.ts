import {
  add,
  broadcastTo,
  constant,
  dropout,
  forkKey,
  gatherRows,
  type Key,
  layerNorm,
  logicalAnd,
  reshape,
  type Tensor,
} from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { Encoded, TokenInputs } from '../layers/batch.ts';
import { block } from '../layers/block.ts';
import { positionRows } from '../layers/positions.ts';
import type { EncoderParameters } from '../parameters/parameter-tree.ts';

/** Choices of a T-TA encoder. */
export interface TtaOptions {
  /** Let a token see itself, as for fine-tuning; default false: the encoder is then a bidirectional language model in one pass. */
  readonly showDiagonal?: boolean;
}

/**
 * T-TA, a transformer-based text autoencoder (Shin, Lee, Jung 2020): `Q₀ = P; Q_l = Block(Q_{l−1}, E + P, E + P)`.
 *
 * Queries start from positions, keys and values are the raw input in every layer, and the diagonal is hidden, so the output at
 * position i does not depend on token i at all: one pass gives every token's probability given all others. A token that sees no
 * other gets zeros from attention, not NaN.
 *
 * @param key none means no dropout
 */
export function encodeTta(
  parameters: Pick<EncoderParameters<Tensor>, 'embeddings' | 'layers'>,
  { ids, segments, attend }: TokenInputs,
  config: EncoderConfig,
  key?: Key,
  { showDiagonal = false }: TtaOptions = {},
): Encoded {
  const [batch, length] = ids.shape as [number, number];
  const { words, positions, segments: segmentTable, norm } = parameters.embeddings;
  const places = positionRows(positions, length);
  const drop = (x: Tensor, site: string) => dropout(x, { rate: config.dropout, key: key && forkKey(key, site) });
  const summed = add(add(gatherRows(words, ids), gatherRows(segmentTable, segments)), places);
  const source = drop(layerNorm(summed, norm, config.normEpsilon), 'embeddings');
  // Rows differ only by dropout: a query must hold nothing of any token.
  const start = broadcastTo(reshape(layerNorm(places, norm, config.normEpsilon), [1, length, config.width]), [
    batch,
    length,
    config.width,
  ]);
  const others = constant(
    Array.from({ length: length * length }, (_, i) => (i % (length + 1) === 0 ? 0 : 1)),
    [1, 1, length, length],
    'bool',
  );
  const real = reshape(attend, [batch, 1, 1, length]);
  const visible = showDiagonal ? real : logicalAnd(real, others);
  const hidden = parameters.layers.reduce(
    (stream, weights, i) => block(weights, { stream, source, visible }, config, key && forkKey(key, `layer ${i}`)),
    drop(start, 'queries'),
  );
  return { hidden, embeddings: source };
}
