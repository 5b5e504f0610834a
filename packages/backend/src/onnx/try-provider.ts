import { silentStderr } from '#machine';
import { encodeOnnx } from './onnx-model.ts';
import type { ProviderName } from './providers.ts';
import type { OnnxRuntime } from './runtime.ts';

/** What a provider needs, as its refusal says it. */
const needs: Readonly<Record<ProviderName, string>> = {
  cpu: 'it should run everywhere',
  webgpu: 'it needs a GPU with a driver for Vulkan (Linux: libvulkan1 and the driver), Direct3D 12 or Metal',
  cuda:
    'it needs Linux or Windows on x64, an NVIDIA driver, CUDA 12, cuDNN 9, and the libraries that ' +
    '`npm rebuild onnxruntime-node --foreground-scripts` fetches from outside npm',
  dml: 'it needs Windows and a GPU with DirectX 12',
  coreml: 'it needs macOS on Apple silicon',
};

/** x + x, which every provider can do. */
const trial = encodeOnnx({
  nodes: [{ type: 'Add', inputs: ['x', 'x'], outputs: ['y'], attributes: {}, domain: '' }],
  constants: [],
  inputs: [{ name: 'x', dtype: 'float32', shape: [2] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: [2] }],
});

/** What ONNX Runtime says, without the places in its sources. */
const inShort = (message: string): string => {
  const [first] = message.trim().split('\n') as [string];
  return first.replace(/^.*(?:was false\.|ONNXRuntimeError\] : \d+ : \w+ :|ERR: \[\w+\])\s*/, '').replace(/\.$/, '');
};

/**
 * Runs a sum on a provider, so that one which is not there is known before a model is.
 *
 * @throws where it does not run here: what ONNX Runtime says, and what the provider needs
 */
export async function tryProvider({ InferenceSession, Tensor }: OnnxRuntime, provider: ProviderName): Promise<void> {
  let said = 'it computes 1 + 1 and 2 + 2 wrongly';
  // Drivers and loaders write to it of their own accord.
  const speakAgain = silentStderr();
  try {
    const session = await InferenceSession.create(trial, { executionProviders: [provider], logSeverityLevel: 4 });
    const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(1, 2), [2]) }, { y: null });
    await session.release();
    if (String(y?.data) === '2,4') return;
  } catch (error) {
    said = inShort(error instanceof Error ? error.message : String(error));
  } finally {
    speakAgain();
  }
  throw new Error(`ONNX Runtime has no '${provider}' here (${said}): ${needs[provider]}.`);
}
