import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { onnxFiles } from './onnx-files.ts';
import { encodeOnnx, largestFile, type OnnxConstant, type OnnxGraph } from './onnx-model.ts';

const { InferenceSession, Tensor } = createRequire(import.meta.url)(
  'onnxruntime-node',
) as typeof import('onnxruntime-node');
const folder = mkdtempSync(join(tmpdir(), 'cloze-onnx-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

const floats = (name: string, shape: readonly number[]): OnnxConstant => {
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i + name.length));
  return { name, type: 'float32', shape, bytes: new Uint8Array(values.buffer) };
};
const step = (type: string, inputs: readonly string[], output: string) => ({
  ...{ type, inputs, outputs: [output], attributes: {}, domain: '' },
});
/** y = (x·A + b)·C. */
const graph: OnnxGraph = {
  nodes: [
    step('MatMul', ['x', 'wide'], 'a'),
    step('Add', ['a', 'few'], 'b'),
    step('MatMul', ['b', 'tall'], 'c'),
    step('Reshape', ['c', 'flat'], 'y'),
  ],
  constants: [
    floats('wide', [4, 300]),
    floats('few', [300]),
    floats('tall', [300, 7]),
    { name: 'flat', type: 'int64', shape: [1], bytes: new Uint8Array(BigInt64Array.of(-1n).buffer) },
  ],
  inputs: [{ name: 'x', dtype: 'float32', shape: ['rows', 4] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: ['rows*7'] }],
};

describe('onnxFiles', () => {
  it('one file where the weights fit, those of encodeOnnx', () => {
    const files = onnxFiles(graph, 'model.onnx');
    expect(files.map(({ name }) => name)).toEqual(['model.onnx']);
    expect(files[0]?.bytes()).toEqual(encodeOnnx(graph));
  });

  it.each([
    [5000, ['m.onnx', 'm.onnx_data', 'm.onnx_data_1', 'm.onnx_data_2']],
    [12_300, ['m.onnx', 'm.onnx_data', 'm.onnx_data_1']],
    [1, ['m.onnx', 'm.onnx_data', 'm.onnx_data_1', 'm.onnx_data_2']],
  ] as const)(
    'weights beside the model, files of at most %i bytes: ONNX Runtime reads the same',
    async (most, names) => {
      const files = onnxFiles(graph, 'm.onnx', { maxFileSize: most });
      expect(files.map(({ name }) => name)).toEqual(names);
      const [model, ...data] = files.map(({ bytes }) => bytes());
      // Shapes and other small constants stay.
      expect(model?.length).toBeLessThan(1000);
      for (const bytes of data) expect(bytes.length).toBeLessThanOrEqual(Math.max(most, 3 * 4096));
      for (const { name, bytes } of files) writeFileSync(join(folder, name), bytes());
      const x = new Tensor('float32', Float32Array.of(1, -2, 3, 0.5, 0, 1, 1, 4), [2, 4]);
      const [beside, within] = await Promise.all([
        InferenceSession.create(join(folder, 'm.onnx')),
        InferenceSession.create(encodeOnnx(graph)),
      ]);
      const [found, expected] = await Promise.all([beside.run({ x }), within.run({ x })]);
      expect(found.y?.dims).toEqual([14]);
      expect(found.y?.data).toEqual(expected.y?.data);
    },
  );

  it('above what one file holds, weights go beside it without being asked, and one file is refused in a sentence', () => {
    // Three constants that share one store: nothing of 2 GB is made.
    const bytes = new Uint8Array(2 ** 30);
    const large = ['a', 'b', 'c'].map((name): OnnxConstant => ({ name, type: 'uint8', shape: [2 ** 30], bytes }));
    const huge = { ...graph, constants: [...graph.constants, ...large] };
    expect(onnxFiles(huge, 'model.onnx').map(({ name }) => name)).toEqual([
      ...['model.onnx', 'model.onnx_data', 'model.onnx_data_1', 'model.onnx_data_2'],
    ]);
    expect(3 * bytes.length).toBeGreaterThan(largestFile);
    expect(() => encodeOnnx(huge)).toThrow(
      'encodeOnnx: the weights are 3.2 GB, and an ONNX file holds 2 GB at most; lay them beside it (onnxFiles, saveOnnx), or write a narrower type (float16, int8).',
    );
  });

  it('judges its options', () => {
    expect(() => onnxFiles(graph, 'm.onnx', { maxFileSize: 0 })).toThrow(/onnxFiles: maxFileSize must be .*1/);
    // @ts-expect-error: as JavaScript may say it.
    expect(() => onnxFiles(graph, 'm.onnx', { size: 1 })).toThrow(/onnxFiles: .*size.*maxFileSize/);
  });
});
