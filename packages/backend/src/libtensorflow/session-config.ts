import type { SessionConfig } from './types.ts';

const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]);
const integer = (field: number, value: number | undefined): number[] =>
  value === undefined ? [] : [...varint(field << 3), ...varint(value)];
const message = (field: number, bytes: readonly number[]): number[] => [
  ...varint((field << 3) | 2),
  ...varint(bytes.length),
  ...bytes,
];

/** A ConfigProto in protobuf's wire format: threads, and XLA for everything or nothing. */
export function encodeSessionConfig({ intraOpThreads, interOpThreads, xla }: SessionConfig): Uint8Array {
  // OptimizerOptions.global_jit_level = ON_2 (field 5) and cpu_global_jit (field 7), inside GraphOptions (field 10, options field 3).
  const jit = xla ? message(10, message(3, [...integer(5, 2), ...integer(7, 1)])) : [];
  return Uint8Array.from([...integer(2, intraOpThreads), ...integer(5, interOpThreads), ...jit]);
}
