import type { HostTensor } from '../expression/host-tensors.ts';
import type { Native } from './native.ts';
import { integer } from './protobuf.ts';
import { readStepStats } from './read-step-stats.ts';
import { encodeSessionConfig } from './session-config.ts';
import type { Feed, SessionConfig, TfGraph, TfOutput, TfSession } from './types.ts';

/** RunOptions with trace_level (1) FULL_TRACE. */
const fullTrace = Uint8Array.from(integer(1, 3));

/** A TF_Session over a graph that may still grow. */
export function newSession(native: Native, graph: TfGraph, config: SessionConfig = {}): TfSession {
  const { call, status, check } = native;
  const options = call.TF_NewSessionOptions();
  const encoded = encodeSessionConfig(config);
  if (encoded.length > 0) call.TF_SetConfig(options, encoded, encoded.length, status);
  check('session configuration');
  const session = call.TF_NewSession(graph.pointer, options, status);
  check('TF_NewSession');
  call.TF_DeleteSessionOptions(options);
  let running = 0;
  let disposed = false;
  const close = () => {
    if (!disposed || running > 0) return;
    call.TF_CloseSession(session, status);
    call.TF_DeleteSession(session, status);
  };
  const prepare = (feeds: readonly Feed[], fetches: readonly TfOutput[], targets: readonly TfOutput[]) => {
    if (disposed) throw new Error('This session has been disposed.');
    const fed: unknown[] = [];
    try {
      for (const { value } of feeds) fed.push(native.toTensor(value.shape, value.dtype, value.values));
    } catch (error) {
      for (const tensor of fed) call.TF_DeleteTensor(tensor);
      throw error;
    }
    // Every run has a status of its own: several may be under way, and any of them may fail.
    const used = call.TF_NewStatus();
    running++;
    const results: unknown[] = fetches.map(() => null);
    const operations = targets.map(({ oper }) => oper);
    const traced = config.onRun && {
      options: call.TF_NewBufferFromString(fullTrace, fullTrace.length),
      metadata: call.TF_NewBuffer(),
    };
    const parts = [
      session,
      traced?.options ?? null,
      feeds.map(({ output }) => output),
      fed,
      fed.length,
      fetches,
      results,
      fetches.length,
      operations,
      operations.length,
      traced?.metadata ?? null,
      used,
    ];
    const finish = (): HostTensor[] => {
      running--;
      const times = traced && readStepStats(native.takeBuffer(traced.metadata));
      if (traced) call.TF_DeleteBuffer(traced.options);
      for (const tensor of fed) call.TF_DeleteTensor(tensor);
      const failure = call.TF_GetCode(used) === 0 ? undefined : `TF_SessionRun: ${call.TF_Message(used)}`;
      call.TF_DeleteStatus(used);
      close();
      if (failure === undefined) {
        if (times) config.onRun?.(times);
        return results.map((tensor) => native.takeTensor(tensor));
      }
      for (const tensor of results) if (tensor) call.TF_DeleteTensor(tensor);
      throw new Error(failure);
    };
    return { parts, finish };
  };
  return {
    run: (feeds, fetches, targets) => {
      const { parts, finish } = prepare(feeds, fetches, targets);
      call.TF_SessionRun(...parts);
      return finish();
    },
    runAsync: (feeds, fetches, targets) => {
      const { parts, finish } = prepare(feeds, fetches, targets);
      return new Promise((resolve, reject) => {
        call.TF_SessionRun.async(...parts, (error: Error | null) => {
          try {
            const values = finish();
            if (error) reject(error);
            else resolve(values);
          } catch (failure) {
            reject(failure);
          }
        });
      });
    },
    // Runs under way end first.
    dispose: () => {
      if (disposed) return;
      disposed = true;
      close();
    },
  };
}
