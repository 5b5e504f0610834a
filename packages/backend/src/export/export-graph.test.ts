import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../compile/evaluate.ts';
import { referenceEngine } from '../engines/reference-engine.ts';
import { floats, type HostTensor } from '../expression/host-tensors.ts';
import type { Tensor } from '../expression/tensor.ts';
import { gelu } from '../nn/gelu.ts';
import { layerNorm } from '../nn/layer-norm.ts';
import { linear } from '../nn/linear.ts';
import { encodeOnnx, type OnnxGraph } from '../onnx/onnx-model.ts';
import type { OnnxRuntime } from '../onnx/runtime.ts';
import { add, cast, greater, logicalAnd, multiply, where } from '../operations/elementwise.ts';
import { gatherRows } from '../operations/gather.ts';
import { constant, fill } from '../operations/leaves.ts';
import { randomUniform, rootKey } from '../operations/random.ts';
import { mean } from '../operations/reductions.ts';
import { reshape, slice, transpose } from '../operations/shape.ts';
import { exportGraph } from './export-graph.ts';
import { toInt8 } from './to-int8.ts';

const { InferenceSession, Tensor: OrtTensor } = createRequire(import.meta.url)('onnxruntime-node') as OnnxRuntime;

const [rows, width] = [11, 6];
const matrix = (shape: readonly number[]) =>
  floats(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(7 * i + shape.length)),
  );
const weights = { table: matrix([rows, width]), kernel: matrix([width, 4]), scale: matrix([4]), offset: matrix([4]) };
type Leaves = Readonly<Record<'table' | 'kernel' | 'scale' | 'offset', Tensor>>;
type Run = (leaves: Leaves, inputs: { readonly ids: Tensor }) => Record<string, Tensor>;
const exported = (run: Run, longest = 20): OnnxGraph =>
  exportGraph(weights, run, { inputs: { ids: 'int32' }, longest });

const idsOf = (batch: number, length: number) =>
  Int32Array.from({ length: batch * length }, (_, i) => (3 * i + batch) % rows);

/** What the graph gives, and what the function itself does. */
async function both(run: Run, [batch, length]: readonly [number, number], graph = exported(run)) {
  const ids = idsOf(batch, length);
  const session = await InferenceSession.create(encodeOnnx(graph), { logSeverityLevel: 3 });
  const given = new OrtTensor('int64' as 'int32', BigInt64Array.from(ids, BigInt) as unknown as Int32Array, [
    batch,
    length,
  ]);
  const found = await session.run({ ids: given }, { y: null });
  await session.release();
  const tree = Object.fromEntries(
    Object.entries(weights).map(([name, { shape, values }]) => [name, constant(values, shape)]),
  ) as Leaves;
  const { y } = evaluate(referenceEngine(), run(tree, { ids: constant(ids, [batch, length], 'int32') })) as {
    y: HostTensor;
  };
  return { found: Array.from(found.y?.data as Float32Array), expected: Array.from(y.values) };
}

const typesOf = ({ nodes }: OnnxGraph) => nodes.map(({ type }) => type);

describe('exportGraph', () => {
  it('a single truth value is one byte, as ONNX has it', async () => {
    const run: Run = ({ table }, { ids }) => {
      const x = gatherRows(table, ids);
      return { y: where(logicalAnd(greater(x, 0), fill([], 1, 'bool')), x, 0) };
    };
    const { found, expected } = await both(run, [2, 3]);
    expect(found).toEqual(expected);
  });

  const block: Run = ({ table, kernel, scale, offset }, { ids }) => ({
    y: layerNorm(gelu(linear(gatherRows(table, ids), { kernel, bias: offset })), { scale, offset }),
  });
  it.each([
    [1, 1],
    [2, 7],
    [4, 20],
  ] as const)(
    'batch %i, length %i: the numbers of the function itself, an id outside as NaN',
    async (batch, length) => {
      const { found, expected } = await both(block, [batch, length]);
      expect(found.length).toBe(expected.length);
      for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i] as number, 4);
      const outside: Run = (tree, { ids }) => block(tree, { ids: add(ids, 1) });
      const nan = await both(outside, [batch, length]);
      expect(nan.found.map(Number.isNaN)).toEqual(nan.expected.map(Number.isNaN));
    },
  );

  it('writes layer norm as one node, a flattened product as it was, and weights under their names', () => {
    const graph = exported(block);
    expect(typesOf(graph).filter((type) => /Norm|Reduce|MatMul|Gemm/.test(type))).toEqual([
      'MatMul',
      'LayerNormalization',
    ]);
    expect(graph.constants.map(({ name }) => name).slice(0, 2)).toEqual(['table', 'kernel']);
    expect(graph.outputs).toEqual([{ name: 'y', dtype: 'float32', shape: ['batch_size', 'sequence_length', 4] }]);
  });

  it('what grows with the length is kept for the longest row, and cut', async () => {
    const upTo: Run = ({ table }, { ids }) => {
      const [batch, length] = ids.shape as [number, number];
      const weightsOf = Array.from(
        { length: length * length },
        (_, i) => 1 / (1 + Math.abs((i % length) - Math.floor(i / length))),
      );
      const mixed = multiply(
        reshape(cast(ids, 'float32'), [batch, 1, length]),
        constant(weightsOf, [1, length, length]),
      );
      return { y: add(mean(mixed, { axes: [0] }), slice(table, [0, 0], [1, 1])) };
    };
    // The mean over a batch of any size is no product of sizes.
    expect(() => exported(upTo)).toThrow("'fill' is told");
    const sums: Run = ({ table }, { ids }) => {
      const [, length] = ids.shape as [number, number];
      const ramp = constant(
        Array.from({ length }, (_, i) => i),
        [1, length],
      );
      return { y: multiply(add(cast(ids, 'float32'), ramp), reshape(slice(table, [0, 0], [1, 1]), [1, 1])) };
    };
    const graph = exported(sums);
    expect(graph.constants.filter(({ shape }) => shape.includes(20))).toHaveLength(1);
    for (const size of [
      [3, 20],
      [1, 2],
    ] as const) {
      const { found, expected } = await both(sums, size, graph);
      for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i] as number, 4);
    }
  });

  it('refuses, in one sentence, what depends on the sizes in another way', () => {
    const refused: readonly (readonly [Run, RegExp])[] = [
      [
        ({ table }, { ids }) => ({ y: multiply(gatherRows(table, ids), ids.shape[1] as number) }),
        /'fill' is told .*7.*11/,
      ],
      [
        ({ table }, { ids }) => ({
          y: slice(gatherRows(table, ids), [0, (ids.shape[1] as number) - 1, 0], [ids.shape[0] as number, 1, 1]),
        }),
        /'slice' is told/,
      ],
      [
        ({ table }, { ids }) => ({ y: slice(gatherRows(table, ids), [0, 1, 0], [1, (ids.shape[1] as number) - 1, 1]) }),
        /'slice' has an axis of 6, 10, 12/,
      ],
      [
        (_, { ids }) => ({
          y: add(
            cast(ids, 'float32'),
            constant(new Float32Array(ids.shape[1] as number).fill(ids.shape[1] as number), [
              1,
              ids.shape[1] as number,
            ]),
          ),
        }),
        /no.* corner|not the corner/,
      ],
      [
        ({ table }, { ids }) => ({
          y: (ids.shape[1] as number) > 10 ? gatherRows(table, ids) : gatherRows(add(table, 1), ids),
        }),
        /another number of operations/,
      ],
      [
        ({ table }, { ids }) => ({
          y: add(gatherRows(table, ids), randomUniform(rootKey(constant([1, 1, 1], [3], 'int32')), [...ids.shape, 1])),
        }),
        /'randomUniform' is told/,
      ],
      [({ table }) => ({ y: transpose(table, [1, 0]) }), /no result depends on an input/],
    ];
    for (const [run, message] of refused) expect(() => exported(run)).toThrow(message);
    expect(() => exported(block, 4)).toThrow('at least 5 are needed');
  });

  it('refuses a file above 2 GB before it is made', () => {
    const { constants, ...graph } = exported(block);
    const bytes = new Uint8Array(2 ** 31);
    expect(() =>
      encodeOnnx({ ...graph, constants: [...constants, { name: 'huge', type: 'uint8', shape: [2 ** 31], bytes }] }),
    ).toThrow(/2\.1 GB, and an ONNX file holds 2 GB at most/);
  });
});

describe('toInt8', () => {
  it('stays within the steps that 8 bits have, table and product, and keeps weights within 64', async () => {
    const run: Run = ({ table, kernel }, { ids }) => ({ y: linear(gatherRows(table, ids), { kernel }) });
    const graph = toInt8(exported(run));
    expect(typesOf(graph)).toEqual(expect.arrayContaining(['DynamicQuantizeLinear', 'MatMulInteger']));
    expect(graph.constants.map(({ name }) => name)).not.toContain('kernel');
    for (const { type, bytes } of graph.constants)
      if (type === 'int8') expect(Math.max(...new Int8Array(bytes.buffer, bytes.byteOffset).map(Math.abs))).toBe(64);
    const { found, expected } = await both(run, [3, 5], graph);
    // Each of 6 products is off by at most half a step of x (2/255) and of W (1/64), and of the table (1/64).
    const bound = 6 * (1 / 255 + 2 / 128);
    for (const [i, value] of found.entries()) expect(Math.abs(value - (expected[i] as number))).toBeLessThan(bound);
    expect(found).not.toEqual(expected);
  });
});
