import { cast, constant, lessEqual, logicalAnd, matmul, reshape, type Tensor } from '@cloze/backend';
import { realKeys } from './real-keys.ts';

/**
 * UniLM's sequence-to-sequence mask (Dong et al. 2019): segment 0 sees all of itself, segment 1 sees segment 0 and, of itself, what is before it.
 *
 * With c the running sum of the segments, position i sees real positions j with `c_j ≤ c_i`.
 *
 * @param segments int32 `[batch, length]`, zeros then ones @param attend bool `[batch, length]` @returns bool `[batch, 1, length, length]`
 */
export function prefix(segments: Tensor, attend: Tensor): Tensor {
  const [batch, length] = segments.shape as [number, number];
  const upTo = Array.from({ length: length * length }, (_, index) =>
    Math.floor(index / length) <= index % length ? 1 : 0,
  );
  // Sums of ones stay exact in float32 far beyond any sequence.
  const running = matmul(cast(segments, 'float32'), constant(upTo, [length, length]));
  const ordered = lessEqual(reshape(running, [batch, 1, 1, length]), reshape(running, [batch, 1, length, 1]));
  return logicalAnd(ordered, realKeys(attend));
}
