import { add, dropout, forkKey, gatherRows, type Key, layerNorm, reshape, type Tensor } from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { Encoded, TokenInputs } from '../layers/batch.ts';
import { block } from '../layers/block.ts';
import { positionRows } from '../layers/positions.ts';
import type { EncoderParameters } from '../parameters/parameter-tree.ts';

/**
 * BERT: token, position and segment embeddings, then blocks in which every token sees every real token (Devlin et al. 2019).
 *
 * @param key none means no dropout
 * @returns hidden states `[batch, length, width]`
 */
export function encodeBert(
  parameters: Pick<EncoderParameters<Tensor>, 'embeddings' | 'layers'>,
  { ids, segments, attend }: TokenInputs,
  config: EncoderConfig,
  key?: Key,
): Encoded {
  const [batch, length] = ids.shape as [number, number];
  const { words, positions, segments: segmentTable, norm } = parameters.embeddings;
  const summed = add(add(gatherRows(words, ids), gatherRows(segmentTable, segments)), positionRows(positions, length));
  const embeddings = dropout(layerNorm(summed, norm, config.normEpsilon), {
    rate: config.dropout,
    key: key && forkKey(key, 'embeddings'),
  });
  const visible = reshape(attend, [batch, 1, 1, length]);
  const hidden = parameters.layers.reduce(
    (stream, weights, i) =>
      block(weights, { stream, source: stream, visible }, config, key && forkKey(key, `layer ${i}`)),
    embeddings,
  );
  return { hidden, embeddings };
}
