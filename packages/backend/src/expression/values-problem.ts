import { type DType, type HostTensor, hostArrays, sizeOf } from './host-tensors.ts';

/** What is wrong with a host tensor's values: another number of them, or an array that is not of its type, whose bits would be read as such. */
export function valuesProblem({ shape, dtype, values }: HostTensor): string | undefined {
  const wanted = Object.hasOwn(hostArrays, dtype) ? hostArrays[dtype] : undefined;
  if (!wanted) return `is of type '${dtype}'; there are ${Object.keys(hostArrays).join(', ')}`;
  if (!(values instanceof wanted))
    return `is ${dtype} in a ${Object.prototype.toString.call(values).slice(8, -1)}, expected a ${wanted.name}`;
  return values.length === sizeOf(shape) ? undefined : `has shape [${shape}] but ${values.length} values`;
}

/** Whether a number can stand in a tensor of a type: int32 has no fractions and 32 bits, bool 0 and 1. */
export const fits = (value: number, dtype: DType): boolean =>
  dtype === 'float32' ||
  (dtype === 'int32' ? Number.isInteger(value) && Math.abs(value + 0.5) < 2 ** 31 : value === 0 || value === 1);
