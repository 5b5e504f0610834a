import type { Operand } from '@cloze/backend';
import type { Strength } from './strength.ts';

/** A strength as an operand of this step. @throws {RangeError} when what the batch holds is no scalar @internal */
export function strengthAt<B>(strength: Strength<B>, batch: B): Operand {
  if (typeof strength === 'number') return strength;
  const value = strength(batch);
  if (value.dtype !== 'float32' || value.shape.length !== 0)
    throw new RangeError(
      `A strength read from the batch must be a float32 scalar, got ${value.dtype} [${value.shape}].`,
    );
  return value;
}
