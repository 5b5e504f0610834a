import {
  dropout,
  type Engine,
  type HostTensor,
  type Key,
  linear,
  mean,
  square,
  subtract,
  type Tensor,
  tanh,
} from '@cloze/backend';
import { adamW, chain, clip, schedule, trainingStep, trainingVariables } from '../src/index.ts';

const host = (shape: readonly number[], valueAt: (i: number) => number): HostTensor => ({
  shape,
  dtype: 'float32',
  values: Float32Array.from({ length: shape.reduce((n, x) => n * x, 1) }, (_, i) => valueAt(i)),
});

interface Layers<T> {
  readonly first: { readonly kernel: T; readonly bias: T };
  readonly second: { readonly kernel: T; readonly bias: T };
}
interface Batch<T> {
  readonly x: T;
  readonly y: T;
}

const objective = ({ first, second }: Layers<Tensor>, { x, y }: Batch<Tensor>, key: Key | undefined) => ({
  loss: mean(square(subtract(linear(dropout(tanh(linear(x, first)), { rate: 0.2, key }), second), y))),
});

/** A run with everything that must survive: two layers, dropout keys, AdamW, clipping, a schedule, an average. */
export function smallRun(engine: Engine) {
  const parameters: Layers<HostTensor> = {
    first: { kernel: host([4, 8], (i) => Math.sin(i + 1) / 2), bias: host([8], () => 0) },
    second: { kernel: host([8, 2], (i) => Math.cos(i * 2) / 2), bias: host([2], () => 0) },
  };
  const optimiser = chain(
    clip(1),
    adamW({ learningRate: schedule({ learningRate: 0.01, warmupSteps: 6, maxSteps: 60 }) }),
  );
  const variables = trainingVariables(engine, {
    parameters,
    optimiser,
    average: true,
    placement: { intraOpThreads: 1, interOpThreads: 1 },
  });
  const step = trainingStep({ variables, objective, optimiser, seed: 5 });
  return {
    variables,
    batchOf: (t: number): Batch<HostTensor> => ({
      x: host([3, 4], (i) => Math.sin(t * 12.9898 + i * 78.233)),
      y: host([3, 2], (i) => Math.cos(t * 3.7 + i)),
    }),
    step,
    tokensOf: () => 3,
    evaluate: async () => {
      const { first } = variables.read().parameters;
      return { loss: Math.abs((first.kernel.values[0] as number) - 0.35) };
    },
  };
}
