import { describe, expect, it } from 'vitest';
import { onnxEngine } from '../engines/onnx-engine.ts';
import { selectEngine } from '../engines/select-engine.ts';
import { thisMachine } from '../install/this-machine.ts';
import { installedRuntime } from './open-runtime.ts';
import type { ProviderName } from './providers.ts';
import type { OnnxRuntime } from './runtime.ts';
import { tryProvider } from './try-provider.ts';

/** A runtime whose sessions are not made, with these words. */
const refusing = (message: string): OnnxRuntime => ({
  ...installedRuntime(),
  InferenceSession: { create: () => Promise.reject(new Error(message)) },
});

describe('providers of ONNX Runtime', () => {
  it('cpu computes', async () => {
    await tryProvider(installedRuntime(), 'cpu');
  });

  it.each([
    [
      'webgpu',
      '/src/webgpu_context.cc:136 Initialize(): adapter_result was false. Failed to get a WebGPU adapter: No supported adapters\n',
      "ONNX Runtime has no 'webgpu' here (Failed to get a WebGPU adapter: No supported adapters): it needs a GPU with a driver for Vulkan (Linux: libvulkan1 and the driver), Direct3D 12 or Metal.",
    ],
    [
      'dml',
      'no available backend found. ERR: [dml] backend not found.',
      "ONNX Runtime has no 'dml' here (backend not found): it needs Windows and a GPU with DirectX 12.",
    ],
    [
      'coreml',
      'no available backend found. ERR: [coreml] backend not found.',
      "ONNX Runtime has no 'coreml' here (backend not found): it needs macOS on Apple silicon.",
    ],
  ] as const)('%s: what is missing, in one sentence', async (provider, said, words) => {
    await expect(tryProvider(refusing(said), provider)).rejects.toThrow(new Error(words));
  });

  it('one that computes wrongly is refused', async () => {
    const wrong = {
      ...installedRuntime(),
      InferenceSession: {
        create: async () => ({
          run: async () => ({ y: { data: Float32Array.of(2, 5) } }),
          release: async () => {},
          endProfiling: () => {},
        }),
      },
    };
    await expect(tryProvider(wrong, 'webgpu')).rejects.toThrow('wrongly');
  });

  it.each(['onnx:cuda', 'onnx:dml', 'onnx:coreml', 'onnx:webgpu'] as const)(
    '%s is opened by its name, or says why it cannot',
    async (name) => {
      const opened = await selectEngine({ surroundings: thisMachine(), name }).catch((error: Error) => error);
      if (opened instanceof Error)
        expect(opened.message).toMatch(
          new RegExp(`^selectEngine: ${name}: ONNX Runtime has no '${name.slice(5)}' here \\(.+\\): it needs .+\\.$`),
        );
      else expect(opened.engine.name).toBe(name);
    },
  );

  it('one that there is not is named, with those there are', async () => {
    expect(() => onnxEngine({ provider: 'cude' as ProviderName })).toThrow(
      `onnxEngine: provider must be one of cpu, webgpu, cuda, dml, coreml, got "cude" (did you mean 'cuda'?).`,
    );
    await expect(selectEngine({ surroundings: thisMachine(), name: 'onnx:cude' as 'onnx:cuda' })).rejects.toThrow(
      "did you mean 'onnx:cuda'?",
    );
  });
});
