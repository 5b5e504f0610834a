/** Element types a tensor can have. */
export type DType = 'float32' | 'int32' | 'bool';

/** What ends a tree: anything with a shape. */
export interface Leaf {
  readonly shape: readonly number[];
}

/** Shape and element type of a tensor, known before anything runs. */
export interface TensorSpec extends Leaf {
  readonly dtype: DType;
}

/** Values in JavaScript's memory, row-major: plain data that any package can make or read. */
export interface HostTensor extends TensorSpec {
  readonly values: Float32Array | Int32Array | Uint8Array;
}

/** The array that holds values of each type in JavaScript's memory. */
export const hostArrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** Whether a leaf has its values in JavaScript's memory. */
export const isHostTensor = (leaf: Leaf): leaf is HostTensor =>
  'dtype' in leaf && Object.hasOwn(leaf, 'values') && 'values' in leaf && ArrayBuffer.isView(leaf.values);

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Whole numbers as a host tensor. */
export const ints = (shape: readonly number[], values: Int32Array): HostTensor => ({ shape, dtype: 'int32', values });
/** Real numbers as a host tensor. */
export const floats = (shape: readonly number[], values: Float32Array): HostTensor => ({
  shape,
  dtype: 'float32',
  values,
});
/** Truth values as a host tensor. */
export const bools = (shape: readonly number[], values: Uint8Array): HostTensor => ({ shape, dtype: 'bool', values });
