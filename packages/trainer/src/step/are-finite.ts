import { abs, fill, lessEqual, logicalAnd, type Tensor } from '@cloze/backend';

/** Largest finite float32. */
const largest = 3.4028234663852886e38;

/** Whether all of some scalars are finite, a bool scalar; a comparison with NaN is false. */
export const areFinite = (scalars: readonly Tensor[]): Tensor =>
  scalars.map((x) => lessEqual(abs(x), largest)).reduce(logicalAnd, fill([], 1, 'bool'));
