import { add, attention, dropout, forkKey, gelu, type Key, layerNorm, linear, type Tensor } from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { BlockParameters } from '../parameters/parameter-tree.ts';

/** What a block attends to: BERT passes the stream itself, T-TA the raw input. */
export interface BlockOperands {
  /** `[batch, length, width]`: queries and the residual. */
  readonly stream: Tensor;
  /** `[batch, length, width]`: keys and values. */
  readonly source: Tensor;
  /** bool, broadcastable to `[batch, heads, length, length]`. */
  readonly visible: Tensor;
}

/** One post-layer-norm transformer block (Vaswani et al. 2017): attention, then feed-forward, each added and normalised. `[batch, length, width]` */
export function block(
  parameters: BlockParameters<Tensor>,
  { stream, source, visible }: BlockOperands,
  config: EncoderConfig,
  key: Key | undefined,
): Tensor {
  const site = (name: string) => key && forkKey(key, name);
  const { query, key: keys, value, output, norm } = parameters.attention;
  const mixed = attention(linear(stream, query), linear(source, keys), linear(source, value), {
    heads: config.heads,
    visible,
    dropout: config.attentionDropout,
    key: site('attention'),
  });
  const attended = dropout(linear(mixed, output), { rate: config.dropout, key: site('attention output') });
  const middle = layerNorm(add(stream, attended), norm, config.normEpsilon);
  const inner = gelu(linear(middle, parameters.feedForward.inner));
  const outer = dropout(linear(inner, parameters.feedForward.outer), {
    rate: config.dropout,
    key: site('feed-forward'),
  });
  return layerNorm(add(middle, outer), parameters.feedForward.norm, config.normEpsilon);
}
