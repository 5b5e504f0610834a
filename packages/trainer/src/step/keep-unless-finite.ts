import { abs, fill, flattenTree, isTensor, lessEqual, logicalAnd, mapTree, type Tensor, where } from '@cloze/backend';

/** Largest finite float32. */
const largest = 3.4028234663852886e38;

/**
 * The new values where loss and gradient norm are finite, else the old ones untouched: an update that skips itself.
 *
 * @param finite scalars that must be finite: the loss, the gradients' norm; a comparison with NaN is false
 * @param next tree after the update @param current the same tree before it
 */
export function keepUnlessFinite<S>(finite: readonly Tensor[], next: S, current: unknown): S {
  const good = finite.map((x) => lessEqual(abs(x), largest)).reduce(logicalAnd, fill([], 1, 'bool'));
  const before = new Map(flattenTree(current, isTensor));
  return mapTree(next, (value, path) => where(good, value, before.get(path) as Tensor), isTensor);
}
