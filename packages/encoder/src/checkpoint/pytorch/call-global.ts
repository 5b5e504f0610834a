import { CheckpointError } from '../checkpoint-error.ts';
import { isGlobal, isStorage, type TensorReference } from './references.ts';

/**
 * The few callables a state dict needs. Nothing is imported, nothing is run: each is a rule written here.
 *
 * @throws {CheckpointError} naming any other
 */
export function callGlobal(callable: unknown, operands: readonly unknown[]): unknown {
  const name = isGlobal(callable) ? callable.name : '?';
  if (name === 'collections OrderedDict') return new Map();
  if (name === 'torch._utils _rebuild_parameter') return operands[0];
  if (name === 'torch._utils _rebuild_tensor_v2') {
    const [storage, offset, shape, strides] = operands;
    const whole = (x: unknown): x is number[] => Array.isArray(x) && x.every((v) => Number.isSafeInteger(v) && v >= 0);
    if (
      !isStorage(storage) ||
      !Number.isSafeInteger(offset) ||
      (offset as number) < 0 ||
      !whole(shape) ||
      !whole(strides) ||
      shape.length !== strides.length
    )
      throw new CheckpointError('The pickle describes a tensor without storage, offset, shape and strides.');
    return { kind: 'tensor', storage, offset: offset as number, shape, strides } satisfies TensorReference;
  }
  throw new CheckpointError(
    `The pickle asks to call '${name}'; only state dicts of tensors are read, and nothing is ever run.`,
  );
}
