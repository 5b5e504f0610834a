import type { Tensor } from '@cloze/backend';
import { weightedMean } from '../objective/weighted-mean.ts';
import type { PairOptions } from './evaluate-twice.ts';
import { splitPair } from './split-pair.ts';

/** The outputs of both passes, `[rows, ...]` each: as they are, or cut from the doubled rows of one. @internal */
export function pairOf<B>(
  outputs: readonly [first: Tensor, second: Tensor] | readonly [joined: Tensor],
  { arrangement = 'separate' }: PairOptions<B>,
): readonly [Tensor, Tensor] {
  const [first, second = first] = outputs;
  return arrangement === 'separate' ? [first, second] : splitPair(first, arrangement);
}

/**
 * The weighted mean distance of both passes; weights of a batch that came doubled count once. @internal
 *
 * @param weights float32, of the batch's rows or tokens; default all equal
 */
export function meanDistance<B>(
  distances: Tensor,
  batch: B,
  { weights, arrangement = 'separate', doubled = false }: PairOptions<B> & { readonly weights?: (batch: B) => Tensor },
): Tensor {
  const chosen = weights?.(batch);
  return weightedMean(
    distances,
    chosen && doubled && arrangement !== 'separate' ? splitPair(chosen, arrangement)[0] : chosen,
  );
}
