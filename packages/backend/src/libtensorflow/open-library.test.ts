import { describe, expect, it } from 'vitest';
import { findLibtensorflow } from '../install/find-libtensorflow.ts';
import { thisMachine } from '../install/this-machine.ts';
import { openLibrary } from './open-library.ts';
import type { TensorflowLibrary, TfOutput } from './types.ts';

const found = findLibtensorflow(thisMachine());
const directory = 'directory' in found ? found.directory : undefined;
let library: TensorflowLibrary | undefined;
const open = () => (library ??= openLibrary(directory as string));
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
  it('runs eagerly: list inputs, many outputs, devices, handles', () => {
    const eager = open().newEager();
    const x = eager.fromHost(f32([6], 1, 2, 3, 4, 5, 6));
    const pair = one(eager.op('Pack', [[x, x]], { axis: { int: 0 } }));
    expect(eager.toHost(pair)).toEqual(f32([2, 6], 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6));
    const axis = eager.constant([], 'int32', Int32Array.of(0));
    const parts = eager.op('Split', [axis, x], { num_split: { int: 6 } });
    expect(parts.map((part) => eager.toHost(part).values[0])).toEqual([1, 2, 3, 4, 5, 6]);
    expect(eager.liveHandles()).toBe(9);
    for (const output of [x, pair, axis, ...parts]) eager.release(output);
    expect(eager.liveHandles()).toBe(0);
    const there = eager.fromHost(f32([1], 2));
    expect(eager.toHost(one(eager.op('Neg', [there], {}, { device: '/cpu:0' }))).values[0]).toBe(-2);
    expect(() => eager.op('Neg', [there], {}, { device: '/gpu:99' })).toThrow(/Neg.*gpu:99/is);
    expect(eager.devices().some((name) => name.endsWith('CPU:0'))).toBe(true);
    eager.dispose();
  });

  it('runs a graph with feeds, list inputs, variables and targets', async () => {
    const graph = open().newGraph();
    const x = graph.placeholder('x', 'float32', [2, 2]);
    const joined = one(graph.op('ConcatV2', [[x, x], graph.constant([], 'int32', Int32Array.of(0))]));
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
    const session = open().newSession(graph, { intraOpThreads: 2, interOpThreads: 1 });
    const feed = [{ output: x, value: f32([2, 2], 1, 2, 3, 4) }];
    expect(session.run(feed, [joined], [assign])).toEqual([f32([4, 2], 1, 2, 3, 4, 1, 2, 3, 4)]);
    session.run(feed, [], [both]);
    expect(await session.runAsync([], [read], [])).toEqual([f32([2, 2], 2, 4, 6, 8)]);
    session.dispose();
    expect(() => session.run([], [read], [])).toThrow('disposed');
    graph.dispose();
  });

  it("reports TensorFlow's own message, and goes on", () => {
    const graph = open().newGraph();
    const a = graph.constant([2, 3], 'float32', new Float32Array(6));
    expect(() => graph.op('MatMul', [a, a])).toThrow(/MatMul.*Dimensions must be equal/);
    expect(() => graph.constant([2], 'float32', new Float32Array(3))).toThrow('[2] takes 8 bytes, but 12 were given');
    const x = graph.placeholder('x', 'float32', [1]);
    const y = one(graph.op('Neg', [x]));
    const session = open().newSession(graph);
    expect(() => session.run([], [y], [])).toThrow(/feed a value for placeholder/);
    expect(session.run([{ output: x, value: f32([1], 2) }], [y], [])).toEqual([f32([1], -2)]);
    session.dispose();
    graph.dispose();
  });

  it('keeps runs that overlap apart, the failing ones too, and disposes after them', async () => {
    const graph = open().newGraph();
    const x = graph.placeholder('x', 'float32', [1]);
    const y = one(graph.op('Neg', [x]));
    const session = open().newSession(graph);
    const runs = Array.from({ length: 40 }, (_, i) =>
      session.runAsync(i % 2 ? [] : [{ output: x, value: f32([1], i) }], [y], []),
    );
    session.dispose();
    const ended = await Promise.allSettled(runs);
    ended.forEach((run, i) => {
      expect(run.status).toBe(i % 2 ? 'rejected' : 'fulfilled');
      if (run.status === 'fulfilled') expect(run.value[0]?.values[0]).toBe(-i);
    });
    graph.dispose();
  });

  it('leaves JavaScript free during runAsync, and holds no memory after 2,000 runs', async () => {
    const graph = open().newGraph();
    const x = graph.placeholder('x', 'float32', [256, 256]);
    const y = one(graph.op('MatMul', [x, x]));
    const session = open().newSession(graph);
    const value = { shape: [256, 256], dtype: 'float32' as const, values: new Float32Array(65_536).fill(1) };
    const feed = [{ output: x, value }];
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    for (let i = 0; i < 200; i++) await session.runAsync(feed, [y], []);
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 1000; i++) {
      session.run(feed, [y], []);
      await session.runAsync(feed, [y], []);
    }
    clearInterval(timer);
    // One feed or result left behind each time would be 500 MB.
    expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(100);
    expect(ticks).toBeGreaterThan(20);
    session.dispose();
    graph.dispose();
  });
});
