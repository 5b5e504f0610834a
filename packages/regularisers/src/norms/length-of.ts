import { sqrt, square, sum, type Tensor } from '@cloze/backend';

/** Over what a norm is taken: the whole tensor, or each row (sample) of a batch by itself. */
export type NormOver = 'global' | 'perSample';

/** The L2 norm, with axes kept, so that it broadcasts to x. @internal */
export function lengthOf(x: Tensor, over: NormOver): Tensor {
  const axes = [...x.shape.keys()].slice(over === 'global' ? 0 : 1);
  return sqrt(sum(square(x), { axes, keep: true }));
}
