import { bytesField, intField } from './protobuf.ts';
import type { ServerConfig, SessionConfig } from './types.ts';

/** Encodes a `tensorflow.ConfigProto`. @internal */
export function encodeSessionConfig({ intraOpThreads, interOpThreads, xla, rewriterOff }: SessionConfig): Uint8Array {
  const graphOptions = [
    // OptimizerOptions: global_jit_level ON_2, cpu_global_jit.
    ...(xla ? bytesField(3, [...intField(5, 2), ...intField(7, 1)]) : []),
    // RewriterConfig: disable_meta_optimizer.
    ...(rewriterOff ? bytesField(10, intField(19, 1)) : []),
  ];
  return Uint8Array.from([
    ...(intraOpThreads ? intField(2, intraOpThreads) : []),
    ...(interOpThreads ? intField(5, interOpThreads) : []),
    // GPUOptions: allow_growth, so that one process does not take a whole card.
    ...bytesField(6, intField(4, 1)),
    // allow_soft_placement: an op without a GPU kernel runs on the CPU.
    ...intField(7, 1),
    ...(graphOptions.length > 0 ? bytesField(10, graphOptions) : []),
  ]);
}

/** Encodes a `tensorflow.ServerDef` for gRPC. @internal */
export function encodeServerDef({ cluster, job, task }: ServerConfig): Uint8Array {
  const jobs = Object.entries(cluster).flatMap(([name, addresses]) => {
    const tasks = addresses.flatMap((address, i) => bytesField(2, [...intField(1, i), ...bytesField(2, address)]));
    return bytesField(1, [...bytesField(1, name), ...tasks]);
  });
  return Uint8Array.from([
    ...bytesField(1, jobs),
    ...bytesField(2, job),
    ...intField(3, task),
    ...bytesField(5, 'grpc'),
  ]);
}
