import type { HostTensor } from '../expression/tensor.ts';
import type { Native } from './native.ts';
import { encodeSessionConfig } from './session-config.ts';
import type { Feed, SessionConfig, TfGraph, TfOutput, TfSession } from './types.ts';

/** A TF_Session over a graph that may still grow. */
export function newSession(native: Native, graph: TfGraph, config: SessionConfig = {}): TfSession {
  const { call, status, check } = native;
  const options = call.TF_NewSessionOptions();
  const encoded = encodeSessionConfig(config);
  if (encoded.length > 0) call.TF_SetConfig(options, encoded, encoded.length, status);
  check('session configuration');
  if (config.target) call.TF_SetTarget(options, config.target);
  const session = call.TF_NewSession(graph.pointer, options, status);
  check('TF_NewSession');
  call.TF_DeleteSessionOptions(options);
  // Asynchronous runs need a status of their own: another call may fail meanwhile.
  const prepare = (feeds: readonly Feed[], fetches: readonly TfOutput[], targets: readonly TfOutput[]) => {
    const fed = feeds.map(({ value }) => native.toTensor(value.shape, value.dtype, value.values));
    const results: unknown[] = fetches.map(() => null);
    const operations = targets.map((target) => (target as unknown as { oper: unknown }).oper);
    const parts = [
      session,
      null,
      feeds.map(({ output }) => output),
      fed,
      fed.length,
      fetches,
      results,
      fetches.length,
      operations,
      operations.length,
      null,
    ];
    const finish = (used: unknown): HostTensor[] => {
      for (const tensor of fed) call.TF_DeleteTensor(tensor);
      if (call.TF_GetCode(used) !== 0) throw new Error(`TF_SessionRun: ${call.TF_Message(used)}`);
      return results.map((tensor) => native.takeTensor(tensor));
    };
    return { parts, finish };
  };
  const own = call.TF_NewStatus();
  return {
    run: (feeds, fetches, targets) => {
      const { parts, finish } = prepare(feeds, fetches, targets);
      call.TF_SessionRun(...parts, status);
      return finish(status);
    },
    runAsync: (feeds, fetches, targets) => {
      const { parts, finish } = prepare(feeds, fetches, targets);
      return new Promise((resolve, reject) => {
        call.TF_SessionRun.async(...parts, own, (error: Error | null) => {
          if (error) return reject(error);
          try {
            resolve(finish(own));
          } catch (failure) {
            reject(failure);
          }
        });
      });
    },
    dispose: () => {
      call.TF_CloseSession(session, status);
      call.TF_DeleteSession(session, status);
    },
  };
}
