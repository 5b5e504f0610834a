import type { TfType } from './types.ts';

/** TF_DataType of every element type. @internal */
export const typeCodes: Readonly<Record<TfType, number>> = {
  float32: 1,
  int32: 3,
  uint8: 4,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  uint16: 17,
  float16: 19,
  resource: 20,
  uint32: 22,
  uint64: 23,
};

/** Bytes of one element. @internal */
export const typeBytes: Readonly<Record<TfType, number>> = {
  float32: 4,
  int32: 4,
  uint8: 1,
  int64: 8,
  bool: 1,
  bfloat16: 2,
  uint16: 2,
  float16: 2,
  resource: 0,
  uint32: 4,
  uint64: 8,
};
