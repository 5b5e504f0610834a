import {
  add,
  broadcastTo,
  cast,
  concat,
  dropout,
  type Key,
  linear,
  matmul,
  mergeHeads,
  multiply,
  reshape,
  sigmoid,
  slice,
  splitHeads,
  type Tensor,
  visibleSoftmax,
} from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { BlockParameters } from '../parameters/parameter-tree.ts';
import { relativeScores } from './relative-scores.ts';
import { rotate } from './rotate.ts';

/** Keys and values of positions already seen, both `[batch, past, width]`; rotary keys are stored turned. */
export interface KeysValues {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/** What attention looks at: BERT passes the stream as its own source, T-TA the raw input. */
export interface AttendOperands {
  /** `[batch, queries, width]` */
  readonly stream: Tensor;
  /** `[batch, keys, width]` */
  readonly source: Tensor;
  /** bool, broadcastable to `[batch, heads, queries, past + keys]` */
  readonly visible: Tensor;
  /** int32 `[batch, queries]`, the positions of stream and source; default 0, 1, 2, … Only rotary positions need them here. */
  readonly positionIds?: Tensor | undefined;
  readonly past?: KeysValues | undefined;
  /** The source's keys and values, where they have been computed for several layers at once (`projectAll`). */
  readonly projected?: KeysValues | undefined;
}

/** What attention gives: the mixture before its output map, the weights before dropout, and the new keys and values for a cache. */
export interface Attended extends KeysValues {
  readonly mixed: Tensor;
  readonly weights: Tensor;
}

/** Multi-head attention of the kind and with the positions that the config names; a query that sees nothing gets zeros. */
export function attend(
  { query, key: keyMap, value, scores: table, distances }: BlockParameters<Tensor>['attention'],
  { stream, source, visible, positionIds, past, projected }: AttendOperands,
  config: EncoderConfig,
  key: Key | undefined,
): Attended {
  const { heads, attentionKind, positionKind, maximumLength } = config;
  const place = (x: Tensor) => (positionKind === 'rotary' ? rotate(x, heads, positionIds, maximumLength) : x);
  const missing = (name: string) => {
    throw new RangeError(`attend: attentionKind '${attentionKind}' needs '${name}' among the layer's parameters.`);
  };
  const newValues = projected?.values ?? linear(source, value);
  const values = past ? concat([past.values, newValues], 1) : newValues;
  let newKeys = newValues;
  let scores: Tensor;
  if (attentionKind === 'random') {
    const [queries, keys] = [stream.shape[1] as number, source.shape[1] as number];
    if (past) throw new RangeError("attend: attentionKind 'random' has no keys to cache.");
    if (queries > maximumLength)
      throw new RangeError(
        `A sequence of ${queries} tokens is longer than the score table of ${maximumLength}; truncate.`,
      );
    const cut = slice(table ?? missing('scores'), [0, 0, 0], [heads, queries, keys]);
    scores = broadcastTo(reshape(cut, [1, heads, queries, keys]), [stream.shape[0] as number, heads, queries, keys]);
  } else {
    newKeys = place(projected?.keys ?? linear(source, keyMap ?? missing('key')));
    const keys = past ? concat([past.keys, newKeys], 1) : newKeys;
    const q = splitHeads(place(linear(stream, query ?? missing('query'))), heads);
    scores = matmul(q, splitHeads(keys, heads), { transposeB: true });
    if (positionKind === 'relative') {
      if (past) throw new RangeError("attend: positionKind 'relative' cannot use a cache.");
      scores = add(scores, relativeScores(q, distances ?? missing('distances')));
    }
    scores = multiply(scores, 1 / Math.sqrt(config.width / heads));
  }
  const weights =
    attentionKind === 'sigmoid' ? multiply(sigmoid(scores), cast(visible, 'float32')) : visibleSoftmax(scores, visible);
  const dropped = dropout(weights, { rate: config.attentionDropout, key });
  return { mixed: mergeHeads(matmul(dropped, splitHeads(values, heads))), weights, keys: newKeys, values: newValues };
}
