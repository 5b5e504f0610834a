import type { TfType } from './types.ts';

/** TensorFlow's numbers for element types (tensorflow/core/framework/types.proto). */
export const typeNumbers: Readonly<Record<TfType, number>> = {
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

/** The element type of a TensorFlow number. */
export function typeOfNumber(number: number): TfType {
  const found = Object.entries(typeNumbers).find(([, value]) => value === number);
  if (!found) throw new Error(`TensorFlow element type ${number} is not one this package reads.`);
  return found[0] as TfType;
}

/** Bytes of one element. */
export const bytesOf: Readonly<Record<TfType, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  int64: 8,
  uint64: 8,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  resource: 0,
  float16: 2,
  bfloat16: 2,
};
