import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OperationTime } from '../libtensorflow/read-step-stats.ts';

interface TraceEvent {
  readonly cat?: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly tid: number;
  readonly args?: { readonly op_name?: string };
}

/** What each operation cost, of the text that ONNX Runtime's profiler writes (Chrome's trace format, microseconds). */
export function readProfile(text: string): OperationTime[] {
  return (JSON.parse(text) as readonly TraceEvent[]).flatMap(({ cat, name, ts, dur, tid, args }) =>
    cat === 'Node' && name.endsWith('_kernel_time') && args?.op_name !== undefined
      ? [
          {
            node: name.slice(0, -'_kernel_time'.length),
            operation: args.op_name,
            start: ts,
            duration: dur,
            thread: tid,
          },
        ]
      : [],
  );
}

/** A folder of its own for one profile. @param profiled gets where the profiler writes, and runs until its file is whole */
export async function withProfile(profiled: (prefix: string) => Promise<void>): Promise<OperationTime[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cloze-onnx-'));
  try {
    await profiled(join(folder, 'profile'));
    return readdirSync(folder).flatMap((file) => readProfile(readFileSync(join(folder, file), 'utf8')));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
