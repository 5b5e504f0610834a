import { readFileSync } from 'node:fs';
import {
  add,
  compile,
  constant,
  createVariables,
  gradients,
  type HostTensor,
  multiply,
  slice,
  square,
  sum,
  type Tensor,
  tfjsEngine,
} from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import {
  type AdamWStep,
  adamW,
  adamWStep,
  clipByGlobalNorm,
  initialAdamW,
  LossError,
  linearWarmup,
  train,
} from './index.ts';

const oracle = JSON.parse(readFileSync(new URL('../fixtures/adamw.json', import.meta.url), 'utf8')) as Record<
  'kernel' | 'bias' | 'losses' | 'kernelAfter' | 'biasAfter',
  number[]
>;
const host = (values: readonly number[]): HostTensor => ({
  shape: [values.length],
  dtype: 'float32',
  values: Float32Array.from(values),
});

describe('adamW with clipping', () => {
  it('follows PyTorch for 50 steps: losses and parameters to 1e-4, decay on the kernel only', async () => {
    const parameters = { kernel: host(oracle.kernel), bias: host(oracle.bias) };
    const options = { adamBeta2: 0.98, adamEpsilon: 1e-6, weightDecay: 0.1 };
    const variables = createVariables(await tfjsEngine('cpu'), { parameters, optimiser: initialAdamW(parameters) });
    const step = compile(variables, (state, scalars: AdamWStep<Tensor>) => {
      const { kernel, bias } = state.parameters;
      const loss = add(
        add(
          multiply(sum(square(multiply(kernel, constant([1, 2, 3, 4, 5, 6])))), 0.1),
          sum(multiply(slice(kernel, [0], [3]), bias)),
        ),
        sum(square(square(bias))),
      );
      const clipped = clipByGlobalNorm(gradients(loss, state.parameters), 2);
      const next = adamW(
        { parameters: state.parameters, gradients: clipped.gradients, state: state.optimiser },
        scalars,
        options,
      );
      return { outputs: { loss }, state: { parameters: next.parameters, optimiser: next.state } as never };
    });
    for (const [i, expected] of oracle.losses.entries()) {
      const { loss } = await step(adamWStep(i + 1, 0.05, options));
      expect(Math.abs((loss.values[0] as number) - expected)).toBeLessThan(1e-4 * (1 + Math.abs(expected)));
    }
    const after = variables.read().parameters;
    for (const [i, v] of oracle.kernelAfter.entries())
      expect(Math.abs((after.kernel.values[i] as number) - v)).toBeLessThan(1e-4);
    for (const [i, v] of oracle.biasAfter.entries())
      expect(Math.abs((after.bias.values[i] as number) - v)).toBeLessThan(1e-4);
  });
});

describe('linearWarmup', () => {
  it('rises to the peak and falls to zero', () => {
    const at = (step: number) => linearWarmup(step, { peak: 1, warmupSteps: 10, totalSteps: 110 });
    expect([at(1), at(10), at(60), at(110)]).toEqual([0.1, 1, 0.5, 0]);
  });
  it('refuses a warm-up longer than the run', () => {
    expect(() => linearWarmup(1, { peak: 1, warmupSteps: 5, totalSteps: 4 })).toThrow('got 5 and 4');
  });
});

describe('train', () => {
  it('yields a record a step and prepares the next batch while one runs', async () => {
    const order: string[] = [];
    const records = [];
    const update = async (batch: number, step: number) => {
      order.push(`run ${step}`);
      await null;
      return { loss: batch, tokens: 1 };
    };
    for await (const record of train({ steps: 3, batchOf: (step) => (order.push(`make ${step}`), step * 10), update }))
      records.push(record.loss);
    expect(records).toEqual([10, 20, 30]);
    expect(order).toEqual(['make 1', 'run 1', 'make 2', 'run 2', 'make 3', 'run 3']);
  });
  it('stops at a loss that is no number, naming the step', async () => {
    const run = async () => {
      for await (const _ of train({
        steps: 2,
        batchOf: (step) => step,
        update: async (_batch, step) => ({ loss: step === 2 ? Number.NaN : 1, tokens: 1 }),
      }));
    };
    await expect(run()).rejects.toThrow(LossError);
    await expect(run()).rejects.toThrow('the loss of step 2 is NaN');
  });
});
