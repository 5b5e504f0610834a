import {
  add,
  bounded,
  cast,
  constant,
  equal,
  less,
  logicalAnd,
  logicalNot,
  logicalOr,
  reshape,
  slice,
  sum,
  type Tensor,
} from '@cloze/backend';
import { packed } from '../visible/packed.ts';
import { realKeys } from '../visible/real-keys.ts';
import type { TokenInputs } from './batch.ts';

/**
 * What each token sees by itself: every real token, in packed rows those of its own text.
 *
 * @returns bool, broadcastable to `[batch, heads, length, length]`
 * @throws {RangeError} for packed rows without `positionIds`, whose positions would run on from text to text
 */
export function seenTokens({ attend, texts, positionIds }: TokenInputs): Tensor {
  if (!texts) return realKeys(attend);
  if (!positionIds)
    throw new RangeError("encode: packed rows ('texts') need 'positionIds', which begin again with each text.");
  return packed(texts, attend);
}

/**
 * Embeddings as they are, NaN where the texts of a packed row do not stand one after another: a text that goes on behind another, or behind padding.
 *
 * A graph that runs cannot throw: a function made by `compile` names the place (`misplaced`).
 *
 * @param embeddings `[batch, length, width]` @param texts int32 `[batch, length]`
 */
export function inOrder(embeddings: Tensor, texts: Tensor | undefined): Tensor {
  const length = embeddings.shape[1] as number;
  if (!texts || length === 1) return embeddings;
  const [batch] = texts.shape as [number];
  const part = (from: number) => slice(texts, [0, from], [batch, length - 1]);
  const [before, after] = [part(0), part(1)];
  const none = constant([0], [1, 1], 'int32');
  const goesBack = logicalAnd(less(after, before), logicalNot(equal(after, none)));
  const behindPadding = logicalAnd(equal(before, none), logicalNot(equal(after, none)));
  const wrong = cast(logicalOr(goesBack, behindPadding), 'int32');
  const { poison } = bounded(
    wrong,
    1,
    'encode: texts of packed rows must stand one after another, 1, 2, …, then 0 for padding; tokens',
  );
  return add(embeddings, reshape(sum(poison, { axes: 1 }), [batch, 1, 1]));
}
