import { BackendError } from '../errors.ts';
import { type DType, type HostTensor, hostArrays, sizeOf, type TensorSpec } from '../expression/host-tensors.ts';
import { type Primitive, recordOne, type Tensor } from '../expression/tensor.ts';
import { fits } from '../expression/values-problem.ts';

const constantPrimitive: Primitive<'constant'> = { name: 'constant', differentiate: () => [] };
const fillPrimitive: Primitive<'fill'> = { name: 'fill', differentiate: () => [] };
const inputPrimitive: Primitive<'input'> = { name: 'input', differentiate: () => [] };
const variablePrimitive: Primitive<'variable'> = { name: 'variable', differentiate: () => [] };

/** Values known while tracing become part of the expression. @throws {BackendError} when count and shape disagree, or a value is none of the type: int32 has no fractions */
export function constant(
  values: ArrayLike<number>,
  shape: readonly number[] = [values.length],
  dtype: DType = 'float32',
): Tensor {
  if (values.length !== sizeOf(shape)) {
    throw new BackendError(`constant: shape [${shape}] needs ${sizeOf(shape)} values, got ${values.length}.`);
  }
  const odd = dtype === 'float32' ? -1 : Array.prototype.findIndex.call(values, (value: number) => !fits(value, dtype));
  if (odd >= 0) throw new BackendError(`constant: value ${odd} is ${values[odd]}, which is no ${dtype}.`);
  const held: HostTensor = { shape, dtype, values: hostArrays[dtype].from(values) };
  return recordOne(constantPrimitive, [], { shape, dtype }, { value: held });
}

/** A tensor of one repeated value; costs no memory until used. @throws {BackendError} for a value that is none of the type: int32 has no fractions */
export function fill(shape: readonly number[], value: number, dtype: DType = 'float32'): Tensor {
  if (!fits(value, dtype))
    throw new BackendError(`fill: ${value} is no ${dtype}; cast() the tensor it is combined with.`);
  return recordOne(fillPrimitive, [], { shape, dtype }, { value });
}

/** `fill` with the shape and type of another tensor. */
export function fillLike(reference: TensorSpec, value: number): Tensor {
  return fill(reference.shape, value, reference.dtype);
}

/** A value fed at every call. @internal */
export function input(path: string, spec: TensorSpec): Tensor {
  return recordOne(inputPrimitive, [], spec, { path });
}

/** A value that stays on the engine between calls. @internal */
export function variable(path: string, spec: TensorSpec): Tensor {
  return recordOne(variablePrimitive, [], spec, { path });
}
