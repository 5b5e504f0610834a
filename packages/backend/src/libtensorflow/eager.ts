import { BackendError } from '../errors.ts';
import { setAttribute } from './attributes.ts';
import type { Calls } from './calls.ts';
import type { Pointer } from './native.ts';
import { encodeSessionConfig } from './session-config.ts';
import type { TfEager, TfOutput } from './types.ts';

interface Handle {
  handle: Pointer;
}
const mostOutputs = 64;

/** @internal */
export function createEager(calls: Calls): TfEager {
  const { call, checked, native } = calls;
  let made: Pointer | undefined;
  let disposed = false;
  const live = new Set<Handle>();
  // Made at the first use: the first context or session of a process fixes the threads inside an op.
  const context = (): Pointer => {
    if (disposed) throw new BackendError('This eager context has been disposed.');
    if (made !== undefined) return made;
    const options = call('TFE_NewContextOptions')();
    try {
      const bytes = encodeSessionConfig({});
      checked('eager configuration', (status) =>
        call('TFE_ContextOptionsSetConfig')(options, bytes, bytes.length, status),
      );
      made = checked('eager context', (status) => call('TFE_NewContext')(options, status));
      return made;
    } finally {
      call('TFE_DeleteContextOptions')(options);
    }
  };
  const wrap = (handle: Pointer): TfOutput => {
    const output: Handle = { handle };
    if (handle) live.add(output);
    return output as unknown as TfOutput;
  };
  const handleOf = (output: TfOutput): Pointer => {
    const value = output as unknown as Handle;
    if (!live.has(value)) throw new BackendError('This value was released: its handle can no longer be used.');
    return value.handle;
  };
  const constant: TfEager['constant'] = (shape, dtype, values) => {
    context();
    const tensor = calls.newTensor(shape, dtype, values);
    try {
      return wrap(checked('constant', (status) => call('TFE_NewTensorHandle')(tensor, status)));
    } finally {
      calls.deleteTensor(tensor);
    }
  };
  return {
    constant,
    fromHost: ({ shape, dtype, values }) => constant(shape, dtype, values),
    op: (name, inputs, attributes = {}, options = {}) => {
      const what = `op ${name}`;
      const op = checked(what, (status) => call('TFE_NewOp')(context(), name, status));
      try {
        if (options.device) checked(what, (status) => call('TFE_OpSetDevice')(op, options.device as string, status));
        for (const input of inputs) {
          if (Array.isArray(input)) {
            const list = BigUint64Array.from(input, handleOf);
            checked(what, (status) => call('TFE_OpAddInputList')(op, list, list.length, status));
          } else checked(what, (status) => call('TFE_OpAddInput')(op, handleOf(input as TfOutput), status));
        }
        for (const [key, value] of Object.entries(attributes)) setAttribute(calls, 'eager', op, key, value);
        const results = new BigUint64Array(mostOutputs);
        const count = Int32Array.of(mostOutputs);
        checked(what, (status) => call('TFE_Execute')(op, results, count, status));
        const outputs = Array.from(results.subarray(0, count[0]), wrap);
        return outputs.length > 0 ? outputs : [wrap(0n)];
      } finally {
        call('TFE_DeleteOp')(op);
      }
    },
    toHost: (output) => {
      const handle = handleOf(output);
      return calls.takeTensor(checked('read', (status) => call('TFE_TensorHandleResolve')(handle, status)));
    },
    release: (output) => {
      const value = output as unknown as Handle;
      if (live.delete(value)) call('TFE_DeleteTensorHandle')(value.handle);
    },
    devices: () => {
      const list = checked('devices', (status) => call('TFE_ContextListDevices')(context(), status));
      try {
        return Array.from({ length: native.number('TF_DeviceListCount', list) }, (_, i) =>
          checked('devices', (status) => native.text('TF_DeviceListName', list, i, status)),
        );
      } finally {
        call('TF_DeleteDeviceList')(list);
      }
    },
    liveHandles: () => live.size,
    dispose: () => {
      if (disposed) return;
      for (const { handle } of live) call('TFE_DeleteTensorHandle')(handle);
      live.clear();
      if (made !== undefined) call('TFE_DeleteContext')(made);
      disposed = true;
    },
  };
}
