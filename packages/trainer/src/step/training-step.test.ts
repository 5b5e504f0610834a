import { readFileSync } from 'node:fs';
import {
  add,
  constant,
  createVariables,
  divide,
  dropout,
  flattenTree,
  type HostTensor,
  isTensor,
  type Key,
  matmul,
  multiply,
  referenceEngine,
  rootKey,
  slice,
  square,
  stopGradient,
  subtract,
  sum,
  type Tensor,
} from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { engines } from '../../test/engines.ts';
import { adamW } from '../optimisers/adam-w.ts';
import { chain } from '../optimisers/chain.ts';
import { clip } from '../optimisers/clip.ts';
import { sgd } from '../optimisers/sgd.ts';
import { describeStep } from './describe-step.ts';
import { trainingStep } from './training-step.ts';
import { trainingVariables } from './training-variables.ts';

const oracle: Record<'kernel' | 'bias' | 'losses' | 'kernelAfter' | 'biasAfter', number[]> = JSON.parse(
  readFileSync(new URL('../../fixtures/adamw.json', import.meta.url), 'utf8'),
);
const host = (shape: readonly number[], valueAt: (i: number) => number): HostTensor => ({
  shape,
  dtype: 'float32',
  values: Float32Array.from({ length: shape.reduce((n, x) => n * x, 1) }, (_, i) => valueAt(i)),
});
const vector = (values: readonly number[]) => host([values.length], (i) => values[i] as number);
const engine = referenceEngine();

/** A linear layer over rows of weight 0 and 1, as masked positions are. */
interface Layer<T> {
  readonly kernel: T;
  readonly bias: T;
}
interface Rows<T> {
  readonly x: T;
  readonly y: T;
  readonly w: T;
}
const layer: Layer<HostTensor> = { kernel: host([6, 3], (i) => Math.sin(i)), bias: host([3], () => 0.1) };
const errors = ({ kernel, bias }: Layer<Tensor>, { x, y }: Rows<Tensor>, key?: Key) =>
  square(square(subtract(add(matmul(dropout(x, { rate: 0.2, key }), kernel), bias), y)));
const objective = (parameters: Layer<Tensor>, rows: Rows<Tensor>, key: Key) => {
  const total = sum(multiply(errors(parameters, rows, key), rows.w));
  return { loss: divide(total, sum(rows.w)), parts: { total } };
};
/** Rows `from` to `from + count` of 32; those of weight 0 lie unevenly. */
function rowsFrom(from: number, count: number): Rows<HostTensor> {
  const part = (width: number, valueAt: (i: number) => number) =>
    host([count, width], (i) => valueAt(from * width + i));
  return {
    x: part(6, (i) => Math.sin(i * 1.7)),
    y: part(3, (i) => Math.cos(i * 0.9)),
    w: part(1, (i) => (i % 5 === 0 || (i > 8 && i < 14) ? 0 : 1)),
  };
}

describe('trainingStep', () => {
  it('follows PyTorch for 50 steps of clipped AdamW: losses and parameters to 1e-4, decay on the kernel only', async () => {
    const parameters: Layer<HostTensor> = { kernel: vector(oracle.kernel), bias: vector(oracle.bias) };
    const optimiser = chain(clip(2), adamW({ learningRate: 0.05, beta2: 0.98, epsilon: 1e-6, weightDecay: 0.1 }));
    // As a user writes it, without trainingVariables.
    const variables = createVariables(engine, { parameters, optimiser: optimiser.initial(parameters) });
    const step = trainingStep({
      variables,
      optimiser,
      seed: 1,
      objective: ({ kernel, bias }: Layer<Tensor>, _batch: object) => ({
        loss: add(
          add(
            multiply(sum(square(multiply(kernel, constant([1, 2, 3, 4, 5, 6])))), 0.1),
            sum(multiply(slice(kernel, [0], [3]), bias)),
          ),
          sum(square(square(bias))),
        ),
      }),
    });
    for (const [i, expected] of oracle.losses.entries()) {
      const { loss } = await step(i + 1, {});
      expect(Math.abs(loss - expected)).toBeLessThan(1e-4 * (1 + Math.abs(expected)));
    }
    const after = variables.read().parameters;
    for (const [i, v] of oracle.kernelAfter.entries())
      expect(Math.abs((after.kernel.values[i] as number) - v)).toBeLessThan(1e-4);
    for (const [i, v] of oracle.biasAfter.entries())
      expect(Math.abs((after.bias.values[i] as number) - v)).toBeLessThan(1e-4);
  });

  it('tells loss, parts and the norm before clipping', async () => {
    const optimiser = chain(clip(1e-3), sgd({ learningRate: 0 }));
    const variables = trainingVariables(engine, { parameters: layer, optimiser });
    const { loss, gradNorm, parts, metrics } = await trainingStep({ variables, objective, optimiser, seed: 1 })(
      1,
      rowsFrom(0, 8),
    );
    const weight = Array.from(rowsFrom(0, 8).w.values).reduce((a, b) => a + b, 0);
    expect((parts.total as number) / weight).toBeCloseTo(loss, 5);
    expect(gradNorm).toBeGreaterThan(1);
    expect(metrics).toEqual({ gradNorm, total: parts.total });
  });

  it('draws dropout from (seed, step, row): the same step is the same, another step or seed is not', async () => {
    const optimiser = sgd({ learningRate: 0 });
    const variables = trainingVariables(engine, { parameters: layer, optimiser });
    const lossOf = (seed: number, step: number) =>
      trainingStep({ variables, objective, optimiser, seed })(step, rowsFrom(0, 8)).then(({ loss }) => loss);
    expect(await lossOf(1, 3)).toBe(await lossOf(1, 3));
    expect(await lossOf(1, 4)).not.toBe(await lossOf(1, 3));
    expect(await lossOf(2, 3)).not.toBe(await lossOf(1, 3));
  });
});

describe('microbatches', () => {
  const optimiser = chain(clip(1), adamW({ learningRate: 0.01 }));
  const weights = ({ w }: Rows<Tensor>) => sum(w);

  /** 5 steps over 32 rows in microbatches of `count`; the losses, the norms and the parameters after them. */
  async function run(count: number, microbatchWeight = weights) {
    const variables = trainingVariables(engine, { parameters: layer, optimiser, accumulate: true });
    const step = trainingStep({
      variables,
      objective,
      optimiser,
      seed: 3,
      microbatchWeight,
    });
    const told: number[] = [];
    for (let t = 1; t <= 5; t++) {
      const [first, ...more] = Array.from({ length: 32 / count }, (_, i) => rowsFrom(i * count, count));
      const { loss, gradNorm } = await step(t, first as Rows<HostTensor>, ...more);
      told.push(loss, gradNorm as number);
    }
    const { kernel, bias } = variables.read().parameters;
    const { accumulated } = variables.capture();
    variables.dispose();
    return { told, values: [...kernel.values, ...bias.values], accumulated };
  }
  const apart = (a: readonly number[], b: readonly number[]) =>
    Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number)) / (1 + Math.abs(value))));

  it('of 4 x 8 rows equal 1 x 32 to 1e-6, dropout included, where they weigh differently', async () => {
    const [whole, parts] = [await run(32), await run(8)];
    expect(apart(parts.values, whole.values)).toBeLessThan(1e-6);
    expect(apart(parts.told, whole.told)).toBeLessThan(1e-5);
    // A mean of means is another gradient.
    expect(apart((await run(8, () => constant([1], []))).values, whole.values)).toBeGreaterThan(1e-4);
  });

  it('are forgotten between steps, and are in no checkpoint', async () => {
    expect((await run(8)).accumulated).toBeUndefined();
  });

  it('need room for their gradients', async () => {
    const variables = trainingVariables(engine, { parameters: layer, optimiser });
    const step = trainingStep({ variables, objective, optimiser, seed: 3 });
    await expect(step(1, rowsFrom(0, 8), rowsFrom(8, 8))).rejects.toThrow('trainingVariables with accumulate: true');
  });
});

describe('frozen parameters', () => {
  const optimiser = chain(clip(1), adamW({ learningRate: 0.1, frozen: ['kernel'] }));

  it('stay to the bit, keep no state, and leave the average alone', async () => {
    const variables = trainingVariables(engine, { parameters: layer, optimiser, average: true, accumulate: true });
    const step = trainingStep({ variables, objective, optimiser, seed: 1 });
    await step(1, rowsFrom(0, 8));
    await step(2, rowsFrom(8, 8), rowsFrom(16, 8));
    const { parameters, average, optimiser: state } = variables.read();
    expect([parameters.kernel, average?.kernel]).toEqual([layer.kernel, layer.kernel]);
    expect(parameters.bias.values).not.toEqual(layer.bias.values);
    expect(flattenTree(state).map(([path]) => path)).toEqual(['adamW/mean/bias', 'adamW/variance/bias']);
  });

  it('take no backward pass of their own', () => {
    const products = (frozen: readonly string[]) => {
      const own = adamW({ learningRate: 0.1, frozen });
      const { whole } = describeStep({ objective, optimiser: own, seed: 1 });
      const { kernel, bias } = layer;
      const fixed = { kernel: constant(kernel.values, kernel.shape), bias: constant(bias.values, bias.shape) };
      const zero = { kernel: multiply(fixed.kernel, 0), bias: multiply(fixed.bias, 0) };
      const rows = rowsFrom(0, 8);
      const scalar = constant([0.5], []);
      const { outputs, guarded } = whole(
        { parameters: fixed, optimiser: { adamW: { mean: zero, variance: zero } } },
        {
          batch: {
            x: constant(rows.x.values, rows.x.shape),
            y: constant(rows.y.values, rows.y.shape),
            w: constant(rows.w.values, rows.w.shape),
          },
          words: constant([1, 1, 0], [3], 'int32'),
          scalars: { adamW: { rate: scalar, beta1Power: scalar, beta2Power: scalar } },
          averageDecay: scalar,
        },
      );
      const seen = new Set<Tensor['operation']>();
      const pending = flattenTree({ outputs, state: guarded.state }, isTensor).map(([, { operation }]) => operation);
      for (let operation = pending.pop(); operation; operation = pending.pop()) {
        if (seen.has(operation)) continue;
        seen.add(operation);
        for (const input of operation.inputs) pending.push(input.operation);
      }
      return [...seen].filter(({ primitive }) => primitive.name === 'matmul').length;
    };
    expect([products([]), products(['kernel'])]).toEqual([2, 1]);
  });
});

describe.each(engines.filter(([name]) => name === 'tensorflow'))('on %s', (_name, tensorflow) => {
  it('AdamW behind a clip is one in-place kernel a parameter that is trained', async () => {
    const kernels: string[] = [];
    const optimiser = chain(clip(1), adamW({ learningRate: 0.1 }));
    const variables = trainingVariables(tensorflow, {
      parameters: layer,
      optimiser,
      placement: { onRun: (times) => kernels.push(...times.map(({ operation }) => operation)) },
    });
    await trainingStep({ variables, objective, optimiser, seed: 1 })(1, rowsFrom(0, 8));
    expect(kernels.filter((name) => name === 'ResourceApplyAdam')).toHaveLength(2);
    variables.dispose();
  });

  it('precision bfloat16 is that of the products: another loss within its rounding', async () => {
    const optimiser = sgd({ learningRate: 0 });
    const [exact, low] = await Promise.all(
      (['float32', 'bfloat16'] as const).map(async (precision) => {
        const variables = trainingVariables(tensorflow, { parameters: layer, optimiser, precision });
        const { loss } = await trainingStep({ variables, objective, optimiser, seed: 1 })(1, rowsFrom(0, 8));
        variables.dispose();
        return loss;
      }),
    );
    expect(low).not.toBe(exact);
    expect(Math.abs((low as number) / (exact as number) - 1)).toBeLessThan(0.05);
  });
});

it('the key of a step is (seed, step, first row), forked by dropout', () => {
  const { inputsOf } = describeStep({
    objective,
    optimiser: sgd({ learningRate: 1 }),
    seed: 7,
  });
  expect([...inputsOf(3, {}, 16).words.values]).toEqual([7, 3, 16]);
  expect(rootKey(constant([7, 3, 16], [3], 'int32')).site).toBe(0);
});

describe('what nothing could be learnt from', () => {
  const w = vector([1, 2]);
  const training = (of: (w: Tensor) => Tensor) => {
    const optimiser = sgd({ learningRate: 0.1 });
    const variables = trainingVariables(engine, { parameters: { w }, optimiser });
    const step = trainingStep({
      variables,
      optimiser,
      seed: 1,
      objective: (tree: { w: Tensor }) => ({ loss: of(tree.w) }),
    });
    return step(1, {});
  };
  it('a loss that depends on no parameter is refused', async () => {
    for (const of of [() => constant([1], []), (x: Tensor) => sum(stopGradient(x))])
      await expect(training(of)).rejects.toThrow('the loss depends on none of the tensors it is to be derived by');
    expect((await training((x) => sum(square(x)))).updated).toBe(true);
  });
  it('a batch without rows is refused, of several microbatches too', async () => {
    const optimiser = adamW({ learningRate: 0.1 });
    const variables = trainingVariables(engine, { parameters: { w }, optimiser, accumulate: true });
    const objective = (tree: { w: Tensor }, { x }: { x: Tensor }) => ({ loss: sum(multiply(x, tree.w)) });
    const step = trainingStep({ variables, optimiser, seed: 1, objective });
    const before = JSON.stringify(variables.read());
    await expect(step(1, { x: host([0, 2], () => 1) })).rejects.toThrow(
      "trainingStep: the batch has no rows: 'x' is [0,2]. Leave it out.",
    );
    await expect(step(1, { x: host([2, 2], () => 1) }, { x: host([0, 2], () => 1) })).rejects.toThrow('no rows');
    expect(JSON.stringify(variables.read())).toBe(before);
  });
  it('gradients that lack, are of another shape or of no parameter are named together', () => {
    const optimiser = sgd({ learningRate: 0.1 });
    const [parameters, gradients] = [
      { a: constant([1, 2]), b: constant([1]) },
      { a: constant([1]), c: constant([1]) },
    ];
    const fed = { sgd: { rate: constant([0.1], []) } };
    expect(() => optimiser.update({ parameters, gradients, state: {} }, fed)).toThrow(
      "sgd: a gradient of 'c', which is no parameter that is trained; the gradient of 'a' is [1], the parameter [2]; no gradient of 'b'.",
    );
  });
});
