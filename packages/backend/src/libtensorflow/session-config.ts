import { integer, message, text } from './protobuf.ts';
import type { SessionConfig } from './types.ts';

/**
 * A ConfigProto in protobuf's wire format: threads, XLA, and TensorFlow's graph rewriter (Grappler) off.
 *
 * Its arithmetic pass turns `Neg(Reshape(Neg(x)))` into `−x` in TensorFlow 2.21: a number that may be silently wrong is worth no speed. The
 * other passes were measured to gain nothing and to cost most of the first step (docs/decisions/2026-11-25-graph-rewriter-off.md).
 */
export function encodeSessionConfig({ intraOpThreads, interOpThreads, xla, cpuDevices }: SessionConfig): Uint8Array {
  // GraphOptions (field 10) holds OptimizerOptions (3) with global_jit_level = ON_2 (5) and cpu_global_jit (7), and
  // RewriterConfig (10) with disable_meta_optimizer (19).
  const jit = xla ? message(3, [...integer(5, 2), ...integer(7, 1)]) : [];
  const graphOptions = message(10, [...jit, ...message(10, integer(19, 1))]);
  // device_count (1) is a map: an entry is a message of key (1) and value (2).
  const devices = cpuDevices === undefined ? [] : message(1, [...text(1, 'CPU'), ...integer(2, cpuDevices)]);
  return Uint8Array.from([...devices, ...integer(2, intraOpThreads), ...integer(5, interOpThreads), ...graphOptions]);
}
