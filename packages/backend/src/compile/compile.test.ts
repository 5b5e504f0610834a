import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../engines/engine.ts';
import { referenceEngine } from '../engines/reference-engine.ts';
import { tensorflowEngine } from '../engines/tensorflow-engine.ts';
import { gradients } from '../expression/gradients.ts';
import { type HostTensor, isHostTensor } from '../expression/host-tensors.ts';
import { type Primitive, recordOne, type Tensor } from '../expression/tensor.ts';
import { flattenTree } from '../expression/tree.ts';
import { findLibtensorflow } from '../install/find-libtensorflow.ts';
import { thisMachine } from '../install/this-machine.ts';
import { add, multiply } from '../operations/elementwise.ts';
import { constant } from '../operations/leaves.ts';
import { sum } from '../operations/sum-and-broadcast.ts';
import { compile } from './compile.ts';
import { createVariables } from './create-variables.ts';
import { evaluate } from './evaluate.ts';

declare module '../expression/primitives.ts' {
  /** A primitive that no engine has. */
  interface OptionalPrimitives {
    strange: Readonly<Record<never, never>>;
  }
}

const found = findLibtensorflow(thisMachine());
const directory = 'directory' in found ? found.directory : undefined;
const host = (...values: number[]) => ({
  shape: [values.length],
  dtype: 'float32' as const,
  values: Float32Array.from(values),
});
const engines: readonly (readonly [string, () => Promise<Engine>])[] = [
  ['reference', async () => referenceEngine()],
  ...(directory ? [['tensorflow', async () => tensorflowEngine(directory)] as const] : []),
];

for (const [name, open] of engines) {
  describe(`compile on ${name}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await open();
    });
    afterAll(() => engine.dispose());

    /** What a call of a compiled function is refused with. */
    const refusal = async (fn: (state: { w: Tensor }, batch: { x: Tensor }) => unknown): Promise<string> => {
      const variables = createVariables(engine, { w: host(1, 2) });
      try {
        const call = compile(variables, fn as never) as (batch: unknown) => Promise<unknown>;
        return await call({ x: host(3, 4) }).then(
          () => 'nothing',
          (error: Error) => error.message,
        );
      } finally {
        variables.dispose();
      }
    };

    it('traces once a signature; all signatures and functions share the variables', async () => {
      const variables = createVariables(engine, { w: host(1, 2) });
      let traced = 0;
      const grow = compile(variables, ({ w }, { x }: { x: Tensor }) => {
        traced++;
        return { outputs: { total: sum(w) }, state: { w: add(w, sum(x)) } };
      });
      for (const x of [host(1), host(2), host(1, 1), host(3), host(0, 2)]) await grow({ x });
      expect(traced).toBe(2);
      const look = compile(variables, ({ w }) => ({ outputs: { double: multiply(w, 2) } }));
      expect([...(await look({})).double.values]).toEqual([22, 24]);
      expect([...variables.read().w.values]).toEqual([11, 12]);
      variables.write({ w: host(0, 0) });
      expect([...(await look({})).double.values]).toEqual([0, 0]);
      variables.dispose();
    });

    it('captures what a checkpoint saves, and restores it', async () => {
      const variables = createVariables(engine, { model: { w: host(1, 2), b: host(3) }, count: host(0) });
      const captured = variables.capture();
      expect(captured).toEqual({ model: { w: host(1, 2), b: host(3) }, count: host(0) });
      const tensors = Object.fromEntries(
        Object.entries(captured).map(([part, tree]) => [part, new Map(flattenTree(tree, isHostTensor))]),
      );
      variables.write({ model: { w: host(7, 7), b: host(7) }, count: host(7) });
      variables.restore({ tensors });
      expect(variables.read()).toEqual(captured);
      variables.dispose();
    });

    it('a view is read when it is asked; what is taken is all that is left', () => {
      const held = engine.liveHandles();
      const variables = createVariables(engine, { model: { w: host(1, 2), b: host(3) }, moments: [host(0), host(1)] });
      const { model } = variables.view() as { model: { w: HostTensor; b: HostTensor } };
      expect([...model.w.values]).toEqual([1, 2]);
      variables.write({ model: { w: host(7, 8), b: host(9) }, moments: [host(0), host(1)] });
      expect([...model.w.values]).toEqual([7, 8]);
      expect(variables.take('model')).toEqual({ w: host(7, 8), b: host(9) });
      expect(engine.liveHandles()).toBe(held);
      expect(() => variables.read()).toThrow();
      variables.dispose();
    });

    it('names everything about a checkpoint that does not fit, and writes nothing', () => {
      const variables = createVariables(engine, {
        model: { w: host(1, 2), b: host(3) },
        moments: { m: host(1), v: host(1) },
      });
      const model = new Map<string, HostTensor>([
        ['w', host(1, 2, 3)],
        ['extra', host(1)],
      ]);
      expect(() => variables.restore({ tensors: { model } })).toThrow(
        "Variables.restore: 'model/b' is missing; 'moments' is missing; 'model/w' is float32 [3], expected float32 [2]; 'model/extra' is unexpected.",
      );
      const integers: HostTensor = { shape: [2], dtype: 'int32', values: Int32Array.of(1, 2) };
      expect(() =>
        variables.write({ model: { w: integers, b: host(3) }, moments: { m: host(1), v: host(1) } }),
      ).toThrow("'model/w' is int32 [2], expected float32 [2]");
      expect(variables.read().model.w).toEqual(host(1, 2));
      variables.dispose();
    });

    it('refuses leaves of another kind by their path', async () => {
      const variables = createVariables(engine, {});
      const echo = compile(variables, (_state, { x }: { x: { deep: Tensor } }) => ({ outputs: { x } }));
      const wrong: object = { x: { deep: constant([1]) } };
      await expect(echo(wrong as Parameters<typeof echo>[0])).rejects.toThrow(
        "flattenTree: the leaf at 'x/deep' is none that isHostTensor accepts.",
      );
      expect(() => createVariables(engine, { w: { shape: [1], dtype: 'float32' } })).toThrow(/'w'.*isHostTensor/);
      expect(() => gradients(sum(constant([1])), { w: [constant([1]), host(1)] })).toThrow(/'w\/1'.*isTensor/);
      expect(() => flattenTree({ w: { kernel: 3 } })).toThrow(
        "expected a tensor, record or array at 'w/kernel', got number",
      );
      variables.dispose();
    });

    it('calls made at once run in their order', async () => {
      const variables = createVariables(engine, { w: host(1) });
      const step = compile(variables, ({ w }, { x }: { x: Tensor }) => ({
        outputs: { before: w },
        state: { w: add(multiply(w, 2), x) },
      }));
      const results = await Promise.all([1, 2, 3].map((x) => step({ x: host(x) })));
      expect(results.map(({ before }) => before.values[0])).toEqual([1, 3, 8]);
      variables.dispose();
    });

    it('refuses to give a value while tracing, and says what to do', async () => {
      const reads: Record<string, (x: Tensor) => unknown> = {
        'a number': (x) => Number(x),
        text: (x) => `${x}`,
        'a list': (x) => [...(x as unknown as Iterable<number>)],
        JSON: (x) => JSON.stringify(x),
        ...Object.fromEntries(
          ['values', 'data', 'dataSync', 'array', 'arraySync'].map((property) => [
            property,
            (x: Tensor) => (x as unknown as Record<string, unknown>)[property],
          ]),
        ),
      };
      for (const [how, read] of Object.entries(reads)) {
        const message = await refusal((_state, { x }) => ({ outputs: { y: multiply(x, read(x) as number) } }));
        expect(message, how).toMatch(/while a function is being traced: it has a shape but no value yet/);
      }
    });

    it('refuses JavaScript randomness while tracing, and gives it back afterwards', async () => {
      const { random } = Math;
      expect(await refusal((_state, { x }) => ({ outputs: { y: multiply(x, Math.random()) } }))).toMatch(
        /Math.random was called while a function is being traced.*randomUniform/,
      );
      expect(Math.random).toBe(random);
    });

    it('names every leaf of a changed state tree', async () => {
      expect(await refusal(({ w }) => ({ outputs: { w }, state: { w: sum(w), more: w, other: constant([1]) } }))).toBe(
        "compile: the returned state does not fit the variables: 'more' is no variable; 'other' is no variable; 'w' changed from float32 [2] to float32 [].",
      );
    });

    it('refuses functions that return a promise or no outputs, and feeds of the wrong size', async () => {
      expect(await refusal(async ({ w }) => ({ outputs: { w } }))).toMatch(/is asynchronous/);
      expect(await refusal(() => undefined)).toMatch(/'outputs' is missing/);
      expect(await refusal(({ w }) => ({ w }))).toMatch(/'outputs' is missing/);
      const variables = createVariables(engine, {});
      const echo = compile(variables, (_state, { x }: { x: Tensor }) => ({ outputs: { x } }));
      await expect(echo({ x: { shape: [3], dtype: 'float32', values: new Float32Array(2) } })).rejects.toThrow(
        "input 'x' has shape [3] but 2 values",
      );
    });

    it('names an operation that the engine cannot run', async () => {
      const strange: Primitive<'strange'> = { name: 'strange' };
      expect(await refusal(({ w }) => ({ outputs: { y: add(recordOne(strange, [w], w), 1) } }))).toBe(
        "compile: this engine cannot run 'strange'; choose another engine, or another way to compute it.",
      );
      expect(() => evaluate(engine, recordOne(strange, [constant([1])], { shape: [1], dtype: 'float32' }))).toThrow(
        /'strange' cannot (be recorded|run here)/,
      );
    });

    it('names a tensor of another compiled function', async () => {
      const leaked: Tensor[] = [];
      await refusal((_state, { x }) => {
        leaked.push(x);
        return { outputs: { x } };
      });
      expect(await refusal(({ w }) => ({ outputs: { y: add(w, leaked[0] as Tensor) } }))).toMatch(
        /'x'.*belongs to another compiled function/,
      );
    });
  });
}

describe.skipIf(!directory)('placement', () => {
  const run = async (placement: Parameters<typeof createVariables>[2]) => {
    const engine = tensorflowEngine(directory as string);
    const variables = createVariables(engine, { w: host(1, 2) }, placement);
    const step = compile(variables, ({ w }, { x }: { x: Tensor }) => ({
      outputs: { y: sum(multiply(w, x)) },
      state: { w: add(w, x) },
    }));
    const { y } = await step({ x: host(3, 4) });
    const w = [...variables.read().w.values];
    variables.dispose();
    engine.dispose();
    return [y.values[0], ...w];
  };
  const expected = [11, 4, 6];

  it('threads and XLA change no result', async () => {
    expect(await run({ intraOpThreads: 1, interOpThreads: 1 })).toEqual(expected);
    expect(await run({ xla: true })).toEqual(expected);
  });

  it('runs on the device it names, which must be there', async () => {
    expect(await run({ device: '/cpu:1', cpuDevices: 2 })).toEqual(expected);
    await expect(run({ device: '/cpu:1' })).rejects.toThrow(/assigned to \/cpu:1 but available devices are/);
  });

  it("connects to no server: TensorFlow's has neither password nor one address it listens on", async () => {
    await expect(run({ target: 'grpc://localhost:2222' } as never)).rejects.toThrow(/target/);
  });
});
