import * as web from 'onnxruntime-web/wasm';
import { expect, it } from 'vitest';
import { createVariables } from '../compile/create-variables.ts';
import { floats } from '../expression/host-tensors.ts';
import { onnxEngine } from './onnx-engine.ts';

const weights = { weight: floats([2], Float32Array.of(1, 2)) };

it("a page's ONNX Runtime is named, and what it has not is refused by name, all at once", () => {
  const engine = onnxEngine({ runtime: web });
  expect(engine).toMatchObject({ name: 'onnx', origin: 'onnxruntime-web', version: web.env.versions.web });
  expect(() => createVariables(engine, weights, { intraOpThreads: 2, onRun: () => {} })).toThrow(
    /no intraOpThreads: .*env\.wasm\.numThreads.*no onRun/,
  );
  createVariables(engine, weights).dispose();
  createVariables(onnxEngine(), weights, { intraOpThreads: 2 }).dispose();
});
