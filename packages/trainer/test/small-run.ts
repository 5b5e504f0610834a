import {
  add,
  compile,
  createVariables,
  dropout,
  type Engine,
  forkKey,
  gradients,
  type HostTensor,
  linear,
  mean,
  rootKey,
  square,
  subtract,
  type Tensor,
  tanh,
} from '@cloze/backend';
import {
  type AdamWStep,
  adamW,
  adamWStep,
  averageDecay,
  clipByGlobalNorm,
  initialAdamW,
  linearWarmup,
  movingAverage,
} from '../src/index.ts';

const host = (shape: readonly number[], at: (i: number) => number): HostTensor => ({
  shape,
  dtype: 'float32',
  values: Float32Array.from({ length: shape.reduce((n, x) => n * x, 1) }, (_, i) => at(i)),
});
const scalar = (value: number) => host([], () => value);

interface Inputs<T> extends AdamWStep<T> {
  readonly x: T;
  readonly y: T;
  readonly key: T;
  readonly decay: T;
}

/** A run with everything that must survive: two layers, dropout keys, AdamW, clipping, a schedule, an average. */
export function smallRun(engine: Engine) {
  const parameters = {
    first: { kernel: host([4, 8], (i) => Math.sin(i + 1) / 2), bias: host([8], () => 0) },
    second: { kernel: host([8, 2], (i) => Math.cos(i * 2) / 2), bias: host([2], () => 0) },
  };
  const variables = createVariables(
    engine,
    { parameters, optimiser: initialAdamW(parameters), average: structuredClone(parameters) },
    { intraOpThreads: 1, interOpThreads: 1 },
  );
  const step = compile(variables, (state, { x, y, key, decay, ...scalars }: Inputs<Tensor>) => {
    const { first, second } = state.parameters;
    const hidden = dropout(tanh(linear(x, first)), { rate: 0.2, key: forkKey(rootKey(key), 'dropout') });
    const loss = mean(square(subtract(linear(hidden, second), y)));
    const { gradients: slopes, norm } = clipByGlobalNorm(gradients(loss, state.parameters), 1);
    const next = adamW({ parameters: state.parameters, gradients: slopes, state: state.optimiser }, scalars);
    return {
      outputs: { loss, norm: add(norm, 0) },
      state: {
        parameters: next.parameters,
        optimiser: next.state,
        average: movingAverage(state.average, next.parameters, decay),
      },
    };
  });
  const batchOf = (t: number): Inputs<HostTensor> => ({
    x: host([3, 4], (i) => Math.sin(t * 12.9898 + i * 78.233)),
    y: host([3, 2], (i) => Math.cos(t * 3.7 + i)),
    key: { shape: [3], dtype: 'int32', values: Int32Array.of(5, t, 0) },
    decay: scalar(averageDecay(t)),
    ...adamWStep(t, linearWarmup(t, { peak: 0.01, warmupSteps: 6, totalSteps: 60 })),
  });
  return {
    batchOf,
    update: async (batch: Inputs<HostTensor>) => {
      const { loss, norm } = await step(batch);
      return { loss: loss.values[0] as number, tokens: 3, metrics: { gradNorm: norm.values[0] as number } };
    },
    capture: variables.capture,
    restore: variables.restore,
    evaluate: async () => {
      const { first } = variables.read().parameters;
      return { loss: Math.abs((first.kernel.values[0] as number) - 0.35) };
    },
    dispose: () => variables.dispose(),
  };
}
