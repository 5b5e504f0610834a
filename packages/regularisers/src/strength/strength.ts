import type { Tensor } from '@cloze/backend';

/**
 * How strong a regulariser is: a number fixed in the compiled step, or a scalar tensor read from the batch, fed anew at every step (`fed(path)` reads it).
 *
 * The number 0 switches a regulariser off: the objective is returned as it came and no pass is spent.
 */
export type Strength<B = unknown> = number | ((batch: B) => Tensor);
