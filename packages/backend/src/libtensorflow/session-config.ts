import type { SessionConfig } from './types.ts';

const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]);
const integer = (field: number, value: number | undefined): number[] =>
  value === undefined ? [] : [...varint(field << 3), ...varint(value)];
const message = (field: number, bytes: readonly number[]): number[] => [
  ...varint((field << 3) | 2),
  ...varint(bytes.length),
  ...bytes,
];

/**
 * A ConfigProto in protobuf's wire format: threads, XLA, and TensorFlow's graph rewriter (Grappler) off.
 *
 * Its arithmetic pass turns `Neg(Reshape(Neg(x)))` into `−x` in TensorFlow 2.21: a number that may be silently wrong is worth no speed. The
 * other passes were measured to gain nothing and to cost most of the first step (docs/decisions/2026-11-25-graph-rewriter-off.md).
 */
export function encodeSessionConfig({ intraOpThreads, interOpThreads, xla }: SessionConfig): Uint8Array {
  // GraphOptions (field 10) holds OptimizerOptions (3) with global_jit_level = ON_2 (5) and cpu_global_jit (7), and
  // RewriterConfig (10) with disable_meta_optimizer (19).
  const jit = xla ? message(3, [...integer(5, 2), ...integer(7, 1)]) : [];
  const graphOptions = message(10, [...jit, ...message(10, integer(19, 1))]);
  return Uint8Array.from([...integer(2, intraOpThreads), ...integer(5, interOpThreads), ...graphOptions]);
}
