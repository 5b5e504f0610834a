import type { Tensor } from '@cloze/backend';
import { leafAt } from '../scope/leaf-at.ts';

/**
 * A strength that every batch brings along, float32 `[]` at a path of the batch: `rDrop(objective, { alpha: fed('alpha') })`.
 *
 * @throws {RangeError} (on a call) listing the paths there are
 */
export const fed =
  (path: string): ((batch: unknown) => Tensor) =>
  (batch) =>
    leafAt(batch, path, 'fed');
