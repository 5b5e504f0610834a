import type { HostTensor } from './tensor.ts';

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
