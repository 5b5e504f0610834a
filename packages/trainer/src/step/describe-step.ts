import {
  fill,
  forkKey,
  gradients,
  type HostTensor,
  isTensor,
  type Key,
  mapTree,
  rootKey,
  type Tensor,
} from '@cloze/backend';
import { anything, callable, checkOptions, needed, type Rules, real, whole } from '@cloze/checks';
import { globalNorm } from '../optimisers/clip.ts';
import { type Leaves, leavesOf, leavesWhere, scalar } from '../optimisers/leaves.ts';
import type { Optimiser, OptimiserScalars, OptimiserState } from '../optimisers/optimiser.ts';
import { type Accumulated, accumulate, accumulatedGradients, flatSums, gradientsOfFlat } from './accumulate.ts';
import { areFinite } from './are-finite.ts';
import { averageDecay, movingAverage } from './moving-average.ts';

/** A loss over parameters and a batch, such as an `Objective` of `@cloze/regularisers`; dropout draws from the key. */
export type TrainingObjective<T, B> = (
  parameters: T,
  batch: B,
  key: Key,
) => {
  /** What is minimised, a scalar. */
  readonly loss: Tensor;
  /** Scalars for the log. */
  readonly parts?: Readonly<Record<string, Tensor>>;
  /** Tensors of any shape that the caller is told after the step, such as what was predicted right: they cost a copy each. */
  readonly told?: Readonly<Record<string, Tensor>>;
};

/** What makes one training step differ from another. */
export interface StepOptions<T, B> {
  readonly objective: TrainingObjective<T, B>;
  readonly optimiser: Optimiser;
  /** A whole number of 32 bits. Dropout's key is (seed, step, first row of the microbatch), forked by `dropout`: a resume draws the same. */
  readonly seed: number;
  /** From 0 to below 1: decay of the moving average, where the variables hold one; default 0.999, less in the first steps: `min(decay, (1 + t)/(10 + t))`. */
  readonly averageDecay?: number;
  /**
   * What the loss of a microbatch was divided by, float32 `[]` (masked positions, rows): its share in the gradient of a step of several.
   * Default 1: microbatches count alike.
   */
  readonly microbatchWeight?: (batch: B) => Tensor;
}

/** What a step reads and writes, as tensors: parameters `T`, the optimiser's state, and what else the variables hold. */
export interface StepState<T> {
  readonly parameters: T;
  readonly optimiser: OptimiserState<Tensor>;
  readonly average?: T;
  readonly accumulated?: Accumulated<Tensor>;
}

/** What is fed with a batch. */
export interface StepInputs<B, T> {
  readonly batch: B;
  /** int32 `[3]`: seed, step, first row. */
  readonly words: T;
  readonly scalars: OptimiserScalars<T>;
  /** float32 `[]`: decay of the moving average. */
  readonly averageDecay: T;
}

/** What is fed after the last of several microbatches. */
export interface WriteInputs<T> {
  readonly scalars: OptimiserScalars<T>;
  readonly averageDecay: T;
  /** float32 `[]`: the mean loss of the microbatches. */
  readonly loss: T;
}

/** What is fed after replicas have added up their gradients. */
export interface SummedInputs<T> extends WriteInputs<T> {
  /** float32 `[numbers]`: the weighted gradients of all of them, in the parameters' order. */
  readonly flat: T;
  /** float32 `[]`: the weights of all of them. */
  readonly weight: T;
}

const noRoom =
  'trainingStep: several microbatches need room for their gradients: make the variables by trainingVariables with accumulate: true.';

/** What the options of a step must be. */
export const stepRules: Rules<StepOptions<unknown, unknown>> = {
  objective: needed(callable),
  optimiser: needed(anything),
  seed: needed(whole(-0x80000000, 0xffffffff)),
  averageDecay: real({ from: 0, below: 1 }),
  microbatchWeight: callable,
};

/**
 * A training step as pure functions over expressions: what `trainingStep` compiles, and what a test may evaluate without compiling.
 *
 * `whole` is one step of one batch; `gather` adds a microbatch's gradients, `write` updates by their mean; between replicas `leave` gives the sums
 * away and `writeSum` updates by the sums of all of them. A step whose loss or gradient norm
 * is no finite number writes nothing: every variable stays as it was.
 */
export function describeStep<T, B>(options: StepOptions<T, B>) {
  checkOptions('trainingStep', options, stepRules);
  const { objective, optimiser, seed, averageDecay: longDecay = 0.999, microbatchWeight = () => fill([], 1) } = options;
  type State = StepState<T>;
  const trainedOf = (state: State): Leaves<Tensor> =>
    leavesWhere(leavesOf(state.parameters, isTensor), optimiser.trains);
  const forwardBackward = (state: State, batch: B, words: Tensor) => {
    const { loss, parts = {}, told = {} } = objective(state.parameters, batch, forkKey(rootKey(words), 'dropout'));
    return { loss, parts: { ...parts }, told: { ...told }, slopes: gradients(loss, trainedOf(state), { some: true }) };
  };
  const written = (
    state: State,
    slopes: Leaves<Tensor>,
    { loss, scalars, averageDecay: decay }: WriteInputs<Tensor>,
  ) => {
    const operands = { parameters: trainedOf(state), gradients: slopes };
    const next = optimiser.update({ ...operands, state: state.optimiser }, scalars);
    const parameters = mapTree(state.parameters, (leaf, path) => next.parameters[path] ?? leaf, isTensor);
    const average =
      state.average &&
      mapTree(
        state.average,
        (leaf, path) => {
          const parameter = next.parameters[path];
          return parameter ? movingAverage(leaf, parameter, decay) : leaf;
        },
        isTensor,
      );
    const updated = areFinite([loss, next.metrics.gradNorm ?? globalNorm(operands)]);
    const after = { parameters, optimiser: next.state, ...(average && { average }) };
    return { metrics: next.metrics, updated, guarded: { condition: updated, state: after } };
  };
  return {
    inputsOf: <H>(step: number, batch: H, firstRow = 0): StepInputs<H, HostTensor> => ({
      batch,
      words: { shape: [3], dtype: 'int32', values: Int32Array.of(seed, step, firstRow) },
      scalars: optimiser.scalars(step),
      averageDecay: scalar(averageDecay(step, longDecay)),
    }),
    whole: (state: State, { batch, words, ...fed }: StepInputs<B, Tensor>) => {
      const { loss, parts, told, slopes } = forwardBackward(state, batch, words);
      const { metrics, updated, guarded } = written(state, slopes, { ...fed, loss });
      return { outputs: { loss, parts, told, updated, metrics: { ...metrics } }, guarded };
    },
    gather: (state: State, { batch, words }: Pick<StepInputs<B, Tensor>, 'batch' | 'words'>) => {
      if (!state.accumulated) throw new RangeError(noRoom);
      const { loss, parts, told, slopes } = forwardBackward(state, batch, words);
      const weight = microbatchWeight(batch);
      return {
        outputs: { loss, parts, told, weight },
        state: { accumulated: accumulate(state.accumulated, slopes, weight) },
      };
    },
    write: (state: State, fed: WriteInputs<Tensor>) => {
      if (!state.accumulated) throw new RangeError(noRoom);
      const { gradients: slopes, emptied } = accumulatedGradients(state.accumulated);
      const { metrics, updated, guarded } = written(state, slopes, fed);
      // The sums are emptied whatever came of them.
      return { outputs: { updated, metrics: { ...metrics } }, state: { accumulated: emptied }, guarded };
    },
    leave: (state: State, _fed: object) => {
      if (!state.accumulated) throw new RangeError(noRoom);
      const { flat, emptied } = flatSums(state.accumulated, trainedOf(state));
      return { outputs: { flat }, state: { accumulated: emptied } };
    },
    writeSum: (state: State, { flat, weight, ...fed }: SummedInputs<Tensor>) => {
      const { metrics, updated, guarded } = written(state, gradientsOfFlat(flat, weight, trainedOf(state)), fed);
      return { outputs: { updated, metrics: { ...metrics } }, guarded };
    },
  };
}
