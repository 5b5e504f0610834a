import { equal, logicalAnd, reshape, type Tensor } from '@cloze/backend';
import { realKeys } from './real-keys.ts';

/** Several texts in one row: each token sees real tokens of its own text. @param texts int32 `[batch, length]`, the text's number @returns bool `[batch, 1, length, length]` */
export function packed(texts: Tensor, attend: Tensor): Tensor {
  const [batch, length] = texts.shape as [number, number];
  const same = equal(reshape(texts, [batch, 1, length, 1]), reshape(texts, [batch, 1, 1, length]));
  return logicalAnd(same, realKeys(attend));
}
