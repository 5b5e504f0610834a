// Protobuf's wire format, as far as settings for TensorFlow need it.

const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]);
/** A whole number in a field; nothing where there is none. */
export const integer = (field: number, value: number | undefined): number[] =>
  value === undefined ? [] : [...varint(field << 3), ...varint(value)];
/** A message or text in a field. */
export const message = (field: number, bytes: readonly number[]): number[] => [
  ...varint((field << 3) | 2),
  ...varint(bytes.length),
  ...bytes,
];

/** A text in a field. */
export const text = (field: number, value: string): number[] => message(field, [...new TextEncoder().encode(value)]);
