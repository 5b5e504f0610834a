import {
  createVariables,
  type Engine,
  flattenTree,
  type HostTensor,
  isHostTensor,
  type Placement,
  type Variables,
} from '@cloze/backend';
import { anything, checkOptions, flag, needed, oneOf } from '@cloze/checks';
import { leavesOf, leavesWhere } from '../optimisers/leaves.ts';
import type { Optimiser, OptimiserState } from '../optimisers/optimiser.ts';
import { type Accumulated, initialAccumulated } from './accumulate.ts';

/** The tree that a training step reads and writes: `createVariables(engine, { parameters, optimiser: optimiser.initial(parameters) })`. */
export interface TrainingTree<P> {
  readonly parameters: P;
  readonly optimiser: OptimiserState;
  /** The moving average of the parameters, where one is kept. */
  readonly average?: P;
  /** Gradients of a step's microbatches, where there are several; zeros between steps. */
  readonly accumulated?: Accumulated<HostTensor>;
}

/** What variables of a training hold besides parameters and the optimiser's state, and where they run. */
export interface TrainingVariablesOptions<P> {
  /** A tree of host tensors. */
  readonly parameters: P;
  readonly optimiser: Optimiser;
  /** Keep a moving average of the parameters beside them, `variables.read().average`. Default false. */
  readonly average?: boolean;
  /** Room for the gradients of several microbatches a step: as much as the parameters once more. Default false. */
  readonly accumulate?: boolean;
  /**
   * Of matrix products: `bfloat16` keeps 8 bits of a number's 24; parameters, sums and optimiser stay float32. Faster only on processors
   * with such products (AVX512-BF16, AMX; GPUs), on libtensorflow. It is `placement.matmulPrecision`. Default `float32`.
   */
  readonly precision?: 'float32' | 'bfloat16';
  /** Device, threads, XLA; default the engine's. */
  readonly placement?: Placement;
}

/** Puts what a training step reads and writes on an engine. */
export function trainingVariables<P>(engine: Engine, given: TrainingVariablesOptions<P>): Variables<TrainingTree<P>> {
  checkOptions('trainingVariables', given, {
    parameters: needed(anything),
    optimiser: needed(anything),
    average: flag,
    accumulate: flag,
    precision: oneOf(['float32', 'bfloat16']),
    placement: anything,
  });
  const { parameters, optimiser, average = false, accumulate = false, precision, placement = {} } = given;

  const accumulated = initialAccumulated(leavesWhere(leavesOf(parameters, isHostTensor), optimiser.trains));
  const tree: TrainingTree<P> = {
    parameters,
    optimiser: optimiser.initial(parameters),
    ...(average && { average: parameters }),
    ...(accumulate && { accumulated }),
  };
  const variables = createVariables(engine, tree, { ...placement, ...(precision && { matmulPrecision: precision }) });
  if (!accumulate) return variables;
  // Between steps the sums are zeros, which no checkpoint needs to hold.
  const empty = new Map(flattenTree(accumulated, isHostTensor));
  return {
    ...variables,
    capture: () => {
      const { accumulated: _sums, ...saved } = variables.capture();
      return saved;
    },
    view: () => {
      const { accumulated: _sums, ...saved } = variables.view();
      return saved;
    },
    restore: ({ tensors }, options) => variables.restore({ tensors: { ...tensors, accumulated: empty } }, options),
  };
}
