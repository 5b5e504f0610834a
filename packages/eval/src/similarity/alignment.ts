import { checkOptions, real } from '@cloze/checks';
import { unitVector } from './unit-vector.ts';
import { type Vectors, widthOf } from './vectors.ts';

/**
 * Alignment `mean |x − y|^α` over pairs that mean the same, vectors at unit length (Wang and Isola 2020): 0 is best, 4 the worst at α = 2.
 *
 * @param options.alpha default 2 @throws {RangeError} for lists of different or zero length
 */
export function alignment(first: Vectors, second: Vectors, options: { readonly alpha?: number } = {}): number {
  checkOptions('alignment', options, { alpha: real({ above: 0 }) });
  const { alpha = 2 } = options;
  if (first.length !== second.length)
    throw new RangeError(`alignment: expected pairs; got ${first.length} and ${second.length} vectors.`);
  widthOf('alignment', first.concat(second), 2);
  const total = first.reduce((sum, a, i) => {
    const [x, y] = [unitVector(a), unitVector(second[i] as ArrayLike<number>)];
    return sum + Math.sqrt(x.reduce((square, value, j) => square + (value - (y[j] as number)) ** 2, 0)) ** alpha;
  }, 0);
  return total / first.length;
}
