import { describe, expect, it } from 'vitest';
import { BackendError } from '../errors.ts';
import { encodeOnnx } from './onnx-model.ts';
import { installedRuntime } from './open-runtime.ts';
import { openSession } from './open-session.ts';

/** One operation on a row of three. */
const model = (type: string, domain = '') =>
  encodeOnnx({
    nodes: [{ type, inputs: ['x'], outputs: ['y'], attributes: {}, domain }],
    constants: [],
    inputs: [{ name: 'x', dtype: 'float32', shape: [3] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [3] }],
  });
const runtime = installedRuntime();
const cpu = { provider: 'cpu' } as const;

describe('openSession', () => {
  it('an operation that no provider has is refused in one sentence that names it', async () => {
    for (const [bytes, name] of [
      [model('Frobnicate'), 'Frobnicate'],
      [model('Attention9', 'com.microsoft'), 'Attention9'],
    ] as const) {
      const failed = await openSession(runtime, bytes, cpu).catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(BackendError);
      expect(String(failed)).toMatch(
        new RegExp(`^BackendError: ONNX Runtime \\(cpu\\) cannot prepare this function: [^\\n]*${name}[^\\n]*[^.]\\.$`),
      );
    }
  });

  it('bytes that are no model, likewise', async () => {
    await expect(openSession(runtime, Uint8Array.of(1, 2, 3), cpu)).rejects.toThrow(
      /^ONNX Runtime \(cpu\) cannot prepare this function: [^\n]+\.$/,
    );
  });

  it('a run that fails (memory of a device, say) says that nothing was written', async () => {
    const full = {
      ...runtime,
      InferenceSession: {
        create: async () => ({
          run: () => Promise.reject(new Error('[E] Failed to allocate memory\nfor requested buffer of size 42.\n')),
          release: async () => {},
          endProfiling: () => {},
        }),
      },
    };
    const session = await openSession(full, model('Abs'), { provider: 'webgpu' });
    await expect(session.run({}, { y: null })).rejects.toThrow(
      'ONNX Runtime (webgpu) stopped in the middle, and no variable was written: [E] Failed to allocate memory for requested buffer of size 42.',
    );
  });
});
