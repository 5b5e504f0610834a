import { add, divide, type Tensor } from '@cloze/backend';
import { lengthOf, type NormOver } from './length-of.ts';

/** `x/(‖x‖ + 1e-8)`, the L2 norm over everything or over each row: `[rows, ...]` → the same; zeros stay zeros. @internal */
export function normalised(x: Tensor, over: NormOver): Tensor {
  return divide(x, add(lengthOf(x, over), 1e-8));
}
