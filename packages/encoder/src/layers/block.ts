import { add, dropout, forkKey, type Key, layerNorm, linear, type Tensor } from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { BlockParameters } from '../parameters/parameter-tree.ts';
import { activate } from './activate.ts';
import { type Attended, type AttendOperands, attend } from './attend.ts';

/** What a block gives on: the new stream, and attention's weights, keys and values. */
export interface BlockResult extends Omit<Attended, 'mixed'> {
  /** `[batch, queries, width]` */
  readonly stream: Tensor;
}

/**
 * One transformer block (Vaswani et al. 2017): attention, then feed-forward, each added to the stream.
 *
 * `post` normalises each sum, `LN(x + f(x))`; `pre` normalises each part's input, `x + f(LN(x))` (Xiong et al. 2020). A source that is
 * the stream itself is normalised with it; another source (T-TA, two streams) is taken as it comes.
 */
export function block(
  parameters: BlockParameters<Tensor>,
  operands: AttendOperands,
  config: EncoderConfig,
  key: Key | undefined,
): BlockResult {
  const { stream, source } = operands;
  const pre = config.normPlacement === 'pre';
  const site = (name: string) => key && forkKey(key, name);
  const { output, norm } = parameters.attention;
  const normalise = (x: Tensor, by: typeof norm) => layerNorm(x, by, config.normEpsilon);
  const drop = (x: Tensor, name: string) => dropout(x, { rate: config.dropout, key: site(name) });

  const asked = pre ? normalise(stream, norm) : stream;
  const attended = attend(
    parameters.attention,
    { ...operands, stream: asked, source: source === stream ? asked : source },
    config,
    site('attention'),
  );
  const afterAttention = add(stream, drop(linear(attended.mixed, output), 'attention output'));
  const middle = pre ? afterAttention : normalise(afterAttention, norm);

  const { inner, outer, norm: lastNorm } = parameters.feedForward;
  const fed = linear(activate(linear(pre ? normalise(middle, lastNorm) : middle, inner), config.activation), outer);
  const afterFeedForward = add(middle, drop(fed, 'feed-forward'));
  const { weights, keys, values } = attended;
  return { stream: pre ? afterFeedForward : normalise(afterFeedForward, lastNorm), weights, keys, values };
}
