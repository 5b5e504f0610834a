import { createCalls } from './calls.ts';
import { createEager } from './eager.ts';
import { createGraph } from './graph.ts';
import { loadNative } from './native.ts';
import { readFields } from './protobuf.ts';
import { createServer } from './server.ts';
import { createSession } from './session.ts';
import type { TensorflowLibrary } from './types.ts';

const opened = new Map<string, TensorflowLibrary>();

/**
 * Opens libtensorflow's C API; the library stays loaded until the process ends.
 *
 * @param directory holds `libtensorflow_cc.so.2` and `libtensorflow_framework.so.2`
 * @param options.keepFreedMemory let glibc's malloc keep freed blocks instead of giving them back, default true;
 *   settles for the process at the first call
 * @throws BackendError when the libraries are missing or do not load
 */
export function openLibrary(
  directory: string,
  { keepFreedMemory = true }: { readonly keepFreedMemory?: boolean } = {},
): TensorflowLibrary {
  const known = opened.get(directory);
  if (known) return known;
  const native = loadNative(directory, { keepFreedMemory });
  const calls = createCalls(native);
  const library: TensorflowLibrary = {
    version: native.text('TF_Version'),
    newGraph: () => createGraph(calls),
    newSession: (graph, config) => createSession(calls, graph, config),
    newEager: () => createEager(calls),
    allKernels: () => {
      const buffer = calls.checked('kernels', (status) => calls.call('TF_GetAllRegisteredKernels')(status));
      try {
        const [data, length] = new BigUint64Array(native.read(buffer, 16).buffer) as unknown as [bigint, bigint];
        const decoder = new TextDecoder();
        const names = new Set<string>();
        for (const [, kernel] of readFields(native.read(data, Number(length)))) {
          const fields = new Map(readFields(kernel));
          names.add(`${decoder.decode(fields.get(1))}:${decoder.decode(fields.get(2))}`);
        }
        return [...names].sort();
      } finally {
        calls.call('TF_DeleteBuffer')(buffer);
      }
    },
    newServer: (config) => createServer(calls, config),
  };
  opened.set(directory, library);
  return library;
}
