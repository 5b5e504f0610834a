import { describe, expect, it } from 'vitest';
import { compile } from '../compile/compile.ts';
import { createVariables } from '../compile/create-variables.ts';
import type { Tensor } from '../expression/tensor.ts';
import type { OpSink, TensorflowLibrary, TfOutput } from '../libtensorflow/types.ts';
import { adamStep } from '../nn/adam.ts';
import { add, multiply } from '../operations/elementwise.ts';
import { fill } from '../operations/leaves.ts';
import { sum } from '../operations/sum-and-broadcast.ts';
import type { Engine } from './engine.ts';
import { graphProgram } from './graph-program.ts';

/** A library that only counts what is recorded. */
function countingLibrary() {
  const counts = { nodes: 0, controls: 0, byName: new Map<string, number>() };
  const output = () => ({}) as unknown as TfOutput;
  const op: OpSink['op'] = (name, _inputs, _attributes, { control = [] } = {}) => {
    counts.nodes++;
    counts.controls += control.length;
    counts.byName.set(name, (counts.byName.get(name) ?? 0) + 1);
    return [output()];
  };
  const absent = () => {
    throw new Error('not here');
  };
  const library: TensorflowLibrary = {
    version: 'none',
    newGraph: () => ({
      pointer: null,
      op,
      constant: output,
      placeholder: output,
      define: () => {},
      nodeCount: () => 0,
      dispose: () => {},
    }),
    newSession: () => ({ run: () => [], runAsync: async () => [], dispose: () => {} }),
    newEager: absent,
    trim: () => {},
  };
  return { library, counts };
}

describe('graphProgram', () => {
  it('an Adam step over many parameters has a few control edges each, and reads no moments', async () => {
    const { library, counts } = countingLibrary();
    const engine = {
      name: 'tensorflow',
      createProgram: (values, placement) => graphProgram(library, values, placement, { fusing: true }),
    } as Partial<Engine> as Engine;
    const n = 50;
    const value = { shape: [2], dtype: 'float32' as const, values: Float32Array.of(1, 2) };
    const leaves = () => Array.from({ length: n }, () => value);
    const variables = createVariables(engine, { p: leaves(), m: leaves(), v: leaves() });
    const step = compile(variables, ({ p, m, v }, { rate }: { rate: Tensor }) => {
      const next = (p as Tensor[]).map((parameter, i) =>
        adamStep(
          {
            parameter,
            mean: m[i] as Tensor,
            variance: v[i] as Tensor,
            gradient: multiply(parameter, 2),
            rate,
            beta1Power: rate,
            beta2Power: rate,
          },
          { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.01 },
        ),
      );
      const pick = (name: 'parameter' | 'mean' | 'variance') => next.map((result) => result[name]);
      return {
        outputs: { loss: sum((p as Tensor[]).reduce((a, b) => add(a, b))) },
        state: { p: pick('parameter'), m: pick('mean'), v: pick('variance') },
      };
    });
    const readsBefore = counts.byName.get('ReadVariableOp') ?? 0;
    await step({ rate: { shape: [], dtype: 'float32', values: Float32Array.of(0.1) } }).catch(() => {});
    expect(counts.byName.get('ResourceApplyAdam')).toBe(n);
    expect((counts.byName.get('ReadVariableOp') ?? 0) - readsBefore).toBe(n);
    // Each of n reads before one node, that node before n decays, each decay before its Adam.
    expect(counts.controls).toBe(3 * n);
  });

  it('names the way out where XLA does not compile', async () => {
    const { library } = countingLibrary();
    const failing: TensorflowLibrary = {
      ...library,
      newSession: () => ({
        run: () => [],
        runAsync: async () => {
          throw new Error('No registered XlaCompile');
        },
        dispose: () => {},
      }),
    };
    const program = graphProgram(failing, new Map(), { fuse: true }, { fusing: true });
    const run = program.prepare({ inputs: [], outputs: [fill([2], 1)], updates: [] });
    await expect(run(new Map())).rejects.toThrow(/fuse: false/);
  });
});
