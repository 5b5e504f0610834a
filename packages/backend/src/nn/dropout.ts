import { anything, checkArguments, checkOptions, needed, real } from '@cloze/checks';
import type { Tensor } from '../expression/tensor.ts';
import { cast, greaterEqual, multiply } from '../operations/elementwise.ts';
import { type Key, randomUniform } from '../operations/random.ts';

const rateRule = real({ from: 0, below: 1 });

/**
 * Inverted dropout: each element is zeroed with probability `rate`, the rest are divided by `1 − rate`.
 *
 * @param x `[batch, ...]` @param options.rate probability of zero, 0 ≤ rate < 1; 0 returns x itself @param options.key none means: off
 */
export function dropout(x: Tensor, options: { readonly rate: number; readonly key: Key | undefined }): Tensor {
  checkOptions('dropout', options, { rate: needed(real()), key: anything });
  const { rate, key } = options;

  checkArguments('dropout', { rate }, { rate: rateRule });
  if (rate === 0 || !key) return x;
  const keep = cast(greaterEqual(randomUniform(key, x.shape), rate), 'float32');
  return multiply(x, multiply(keep, 1 / (1 - rate)));
}
