import { mean, multiply, sum, type Tensor } from '@cloze/backend';
import { unitRows } from './unit-rows.ts';

/** The mean cosine of rows with their partners, a scalar for the log. @internal */
export function alignment(first: Tensor, second: Tensor): Tensor {
  return mean(sum(multiply(unitRows(first), unitRows(second)), { axes: -1 }));
}
