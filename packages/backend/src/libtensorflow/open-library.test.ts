import { spawn } from 'node:child_process';
import { createServer as createSocket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { findLibtensorflow } from '../install/find-libtensorflow.ts';
import { openLibrary } from './open-library.ts';
import type { OpSink, TensorflowLibrary, TfOutput } from './types.ts';

const found = findLibtensorflow({ env: process.env });
const directory = 'path' in found ? found.path : '';
let library: TensorflowLibrary | undefined;
const open = () => (library ??= openLibrary(directory));
const one = (outputs: readonly TfOutput[]) => outputs[0] as TfOutput;
const f32 = (shape: number[], ...values: number[]) => ({
  shape,
  dtype: 'float32' as const,
  values: Float32Array.from(values),
});

describe('openLibrary', () => {
  it('says what to do when there is no library', () => {
    expect(() => openLibrary('/nowhere')).toThrow(/nowhere.*cloze-backend install/);
  });
});

describe.skipIf(!directory)('libtensorflow', () => {
  it('runs a graph with feeds, list inputs, variables and targets', async () => {
    const graph = open().newGraph();
    const x = graph.placeholder('x', 'float32', [2, -1]);
    const joined = one(graph.op('ConcatV2', [[x, x], graph.constant([], 'int32', Int32Array.of(0))]));
    expect(graph.shapeOf(joined)).toEqual([4, -1]);
    const variable = one(
      graph.op('VarHandleOp', [], {
        dtype: { type: 'float32' },
        shape: { shape: [2, 2] },
        shared_name: { string: 'v' },
      }),
    );
    const assign = one(graph.op('AssignVariableOp', [variable, x]));
    const add = one(graph.op('AssignAddVariableOp', [variable, x]));
    const both = one(graph.op('NoOp', [], {}, { control: [add] }));
    const read = one(graph.op('ReadVariableOp', [variable], { dtype: { type: 'float32' } }));
    expect(graph.nodeCount()).toBe(8);
    const session = open().newSession(graph, { intraOpThreads: 2, interOpThreads: 1 });
    const feed = [{ output: x, value: f32([2, 2], 1, 2, 3, 4) }];
    const [rows] = session.run(feed, [joined], [assign]);
    expect(rows).toEqual(f32([4, 2], 1, 2, 3, 4, 1, 2, 3, 4));
    session.run(feed, [], [both]);
    expect(await session.runAsync([], [read], [])).toEqual([f32([2, 2], 2, 4, 6, 8)]);
    session.dispose();
    expect(() => session.run([], [read], [])).toThrow('disposed');
    graph.dispose();
  });

  it('calls functions, also compiled by XLA', () => {
    const body = open().newGraph();
    const a = body.placeholder('a', 'float32', [3]);
    const f = body.toFunction('twiceTanh', [a], [one(body.op('Tanh', [one(body.op('AddV2', [a, a]))]))]);
    const graph = open().newGraph();
    graph.addFunction(f);
    const x = graph.placeholder('x', 'float32', [3]);
    const y = one(graph.op('twiceTanh', [x], { _XlaMustCompile: { bool: true } }));
    const session = open().newSession(graph);
    const [result] = session.run([{ output: x, value: f32([3], 0, 0.5, -1) }], [y], []);
    const expected = [0, Math.tanh(1), Math.tanh(-2)];
    expected.forEach((value, i) => {
      expect(result?.values[i]).toBeCloseTo(value, 5);
    });
    f.dispose();
    expect(() => graph.addFunction(f)).toThrow('disposed');
    session.dispose();
    graph.dispose();
    body.dispose();
  });

  it('runs the same ops eagerly and counts handles', () => {
    const eager = open().newEager();
    const a = eager.fromHost(f32([2], 1, 2));
    const joined = one(eager.op('Pack', [[a, a]], { axis: { int: 0 } }));
    expect(eager.toHost(joined)).toEqual(f32([2, 2], 1, 2, 1, 2));
    const less = one(eager.op('Less', [a, eager.constant([], 'float32', Float32Array.of(1.5))]));
    expect(eager.toHost(less)).toEqual({ shape: [2], dtype: 'bool', values: Uint8Array.of(1, 0) });
    expect(eager.liveHandles()).toBe(4);
    for (const output of [a, joined, less]) eager.release(output);
    expect(eager.liveHandles()).toBe(1);
    expect(() => eager.toHost(a)).toThrow('released');
    expect(eager.op('NoOp', [])).toHaveLength(1);
    expect(eager.devices().some((name) => name.endsWith('CPU:0'))).toBe(true);
    eager.dispose();
  });

  it('sets every kind of attribute in both modes', () => {
    const attributes = (sink: OpSink) => {
      const x = sink.constant([1, 4, 4, 1], 'float32', new Float32Array(16).fill(1));
      const filter = sink.constant([2, 2, 1, 1], 'float32', new Float32Array(4).fill(1));
      const y = one(sink.op('Conv2D', [x, filter], { strides: { ints: [1, 1, 1, 1] }, padding: { string: 'VALID' } }));
      const z = one(sink.op('LeakyRelu', [y], { alpha: { float: 0.5 } }));
      const value = { shape: [1], dtype: 'float32' as const, values: Float32Array.of(3) };
      const c = one(sink.op('Const', [], { dtype: { type: 'float32' }, value: { tensor: value } }));
      const [first] = sink.op('IdentityN', [[z, c]], { T: { types: ['float32', 'float32'] } });
      return first as TfOutput;
    };
    const eager = open().newEager();
    expect(eager.toHost(attributes(eager)).values).toEqual(new Float32Array(9).fill(4));
    eager.dispose();
    const graph = open().newGraph();
    const session = open().newSession(graph, { rewriterOff: true });
    expect(session.run([], [attributes(graph)], [])[0]?.values).toEqual(new Float32Array(9).fill(4));
    session.dispose();
    graph.dispose();
  });

  it("reports TensorFlow's own message, and goes on", () => {
    const graph = open().newGraph();
    const a = graph.constant([2, 3], 'float32', new Float32Array(6));
    expect(() => graph.op('MatMul', [a, a])).toThrow(/MatMul.*Dimensions must be equal/);
    expect(() => graph.op('NoSuchOp', [])).toThrow(/NoSuchOp/);
    expect(() => graph.constant([2], 'float32', new Float32Array(3))).toThrow('[2] takes 8 bytes, but 12 were given');
    const x = graph.placeholder('x', 'float32', [1]);
    const y = one(graph.op('Neg', [x]));
    const session = open().newSession(graph);
    expect(() => session.run([], [y], [])).toThrow(/feed a value for placeholder/);
    expect(session.run([{ output: x, value: f32([1], 2) }], [y], [])[0]?.values[0]).toBe(-2);
    session.dispose();
    graph.dispose();
    const eager = open().newEager();
    expect(() => eager.op('MatMul', [eager.fromHost(f32([1], 1))])).toThrow(/MatMul/);
    eager.dispose();
  });

  it('leaves JavaScript free during runAsync, and holds no memory after 2,000 runs', async () => {
    const graph = open().newGraph();
    const x = graph.placeholder('x', 'float32', [256, 256]);
    const y = one(graph.op('MatMul', [x, x]));
    const session = open().newSession(graph);
    const value = { shape: [256, 256], dtype: 'float32' as const, values: new Float32Array(65_536).fill(1) };
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    for (let i = 0; i < 200; i++) await session.runAsync([{ output: x, value }], [y], []);
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 1000; i++) {
      session.run([{ output: x, value }], [y], []);
      await session.runAsync([{ output: x, value }], [y], []);
    }
    clearInterval(timer);
    // One leaked result or feed a run would be 500 MB.
    expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(100);
    expect(ticks).toBeGreaterThan(20);
    const last = session.runAsync([{ output: x, value }], [y], []);
    session.dispose();
    expect((await last)[0]?.values[0]).toBe(256);
    graph.dispose();
  });

  it('lists kernels', () => {
    const kernels = open().allKernels?.() ?? [];
    expect(kernels).toContain('MatMul:CPU');
    expect(kernels.length).toBeGreaterThan(1000);
  });
});
