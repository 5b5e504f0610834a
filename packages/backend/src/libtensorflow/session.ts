import { BackendError } from '../errors.ts';
import type { Calls } from './calls.ts';
import { graphOutput, graphPointer, packOutputs } from './graph.ts';
import type { Pointer } from './native.ts';
import { encodeSessionConfig } from './session-config.ts';
import type { SessionConfig, TfFeed, TfGraph, TfOutput, TfSession } from './types.ts';

function open(calls: Calls, graph: TfGraph, config: SessionConfig): Pointer {
  const { call, checked } = calls;
  const options = call('TF_NewSessionOptions')();
  try {
    if (config.target) call('TF_SetTarget')(options, config.target);
    const bytes = encodeSessionConfig(config);
    checked('session configuration', (status) => call('TF_SetConfig')(options, bytes, bytes.length, status));
    return checked('session', (status) => call('TF_NewSession')(graphPointer(graph), options, status));
  } finally {
    call('TF_DeleteSessionOptions')(options);
  }
}

/** @internal */
export function createSession(calls: Calls, graph: TfGraph, config: SessionConfig = {}): TfSession {
  const { call } = calls;
  const pointer = open(calls, graph, config);
  let running = 0;
  let disposed = false;

  const begin = (feeds: readonly TfFeed[], fetches: readonly TfOutput[], targets: readonly TfOutput[]) => {
    if (disposed) throw new BackendError('This session has been disposed.');
    const values = new BigUint64Array(feeds.length);
    const free = () => {
      for (const tensor of values) if (tensor) calls.deleteTensor(tensor);
    };
    try {
      feeds.forEach(({ value: { shape, dtype, values: data } }, i) => {
        values[i] = calls.newTensor(shape, dtype, data);
      });
    } catch (error) {
      free();
      throw error;
    }
    const results = new BigUint64Array(fetches.length);
    const status = call('TF_NewStatus')();
    const from = packOutputs(feeds.map(({ output }) => output));
    const to = packOutputs(fetches);
    const opers = BigUint64Array.from(targets, (target) => graphOutput(target).oper);
    const parts = [pointer, null, from, values, feeds.length, to, results, fetches.length] as const;
    running++;
    return {
      values: [...parts, opers, opers.length, null, status] as const,
      end: () => {
        running--;
        const problem = calls.problem(status);
        call('TF_DeleteStatus')(status);
        free();
        if (problem === undefined) return Array.from(results, (tensor) => calls.takeTensor(tensor));
        for (const tensor of results) if (tensor) calls.deleteTensor(tensor);
        throw new BackendError(`TensorFlow, running the graph: ${problem}`);
      },
    };
  };
  const close = () => {
    if (!disposed || running > 0) return;
    calls.checked('closing the session', (status) => call('TF_CloseSession')(pointer, status));
    calls.checked('deleting the session', (status) => call('TF_DeleteSession')(pointer, status));
  };
  return {
    run: (feeds, fetches, targets) => {
      const { values, end } = begin(feeds, fetches, targets);
      call('TF_SessionRun')(...values);
      return end();
    },
    runAsync: async (feeds, fetches, targets) => {
      const { values, end } = begin(feeds, fetches, targets);
      const error = await new Promise<Error | null>((resolve) => call('TF_SessionRun').async(...values, resolve));
      try {
        const results = end();
        if (error) throw error;
        return results;
      } finally {
        close();
      }
    },
    dispose: () => {
      if (disposed) return;
      disposed = true;
      close();
    },
  };
}
