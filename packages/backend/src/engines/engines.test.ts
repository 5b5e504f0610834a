import * as web from 'onnxruntime-web/wasm';
import { describe, expect, it } from 'vitest';
import { engineContract } from '../../test/engine-contract.ts';
import { findLibtensorflow } from '../install/find-libtensorflow.ts';
import { thisMachine } from '../install/this-machine.ts';
import { installedRuntime } from '../onnx/open-runtime.ts';
import { tryProvider } from '../onnx/try-provider.ts';
import { onnxEngine } from './onnx-engine.ts';
import { referenceEngine } from './reference-engine.ts';
import { tensorflowEngine } from './tensorflow-engine.ts';

const found = findLibtensorflow(thisMachine());

engineContract('reference', async () => referenceEngine());
engineContract('onnx', async () => onnxEngine());
// What a page passes in, on one thread: wasm's workers are a browser's.
web.env.wasm.numThreads = 1;
engineContract('onnx, by onnxruntime-web', async () => onnxEngine({ runtime: web }));
// A GPU, or a driver that pretends to be one: VK_ICD_FILENAMES names it.
const gpu = await tryProvider(installedRuntime(), 'webgpu').then(
  () => true,
  () => false,
);
if (gpu) engineContract('onnx:webgpu', async () => onnxEngine({ provider: 'webgpu' }));

if (process.env.CLOZE_ENGINE !== 'onnx') {
  it('libtensorflow is here: no silent fall-back (CLOZE_ENGINE=onnx says that it is meant to be missing)', () => {
    expect(found).toHaveProperty('directory');
  });
  if ('directory' in found) {
    const { directory } = found;
    engineContract('tensorflow', async () => tensorflowEngine(directory));
    describe('engine tensorflow-gpu', () => {
      it('is an error that lists the devices where there is no GPU', () => {
        expect(() => tensorflowEngine(directory, { gpu: true })).toThrow(/lists no GPU \(devices: .*CPU:0/);
      });
    });
  }
}
