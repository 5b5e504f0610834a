import {
  add,
  type HostTensor,
  isHostTensor,
  type MapTree,
  mapTree,
  multiply,
  subtract,
  type Tensor,
} from '@cloze/backend';
import { leafByLeaf, type OptimiserOperands, type StateTree, scalar, zeros } from './leaf-by-leaf.ts';
import { type GroupOf, settingsOf } from './parameter-groups.ts';

/** Options of SGD. */
export interface SgdOptions {
  /** Default 0. */
  readonly momentum?: number;
  /** Look ahead by one momentum step, default false. */
  readonly nesterov?: boolean;
  /** Added to the gradient as `λp` (not decoupled), default 0. */
  readonly weightDecay?: number;
  /** Settings by path; default the options above, no decay on biases and norms. */
  readonly groupOf?: GroupOf;
}

/** Velocity of each parameter. */
export type SgdState<P> = StateTree<P, { readonly velocity: HostTensor }>;

/** What changes from step to step. */
export interface SgdStep<T> {
  readonly rate: T;
}

/** Zero velocities for a tree of parameters. */
export function initialSgd<P>(parameters: P): SgdState<P> {
  return mapTree(parameters, ({ shape }) => ({ velocity: zeros(shape) }), isHostTensor) as unknown as SgdState<P>;
}

/** The scalars of a step. */
export const sgdStep = (rate: number): SgdStep<HostTensor> => ({ rate: scalar(rate) });

/**
 * Stochastic gradient descent with momentum: `g ← g + λp`, `v ← μv + g`, `p ← p − η·v`, with Nesterov `p ← p − η(g + μv)`
 * (Sutskever et al. 2013). Equal to PyTorch's `SGD` with dampening 0.
 */
export function sgd<P>(
  operands: OptimiserOperands<P>,
  step: SgdStep<Tensor>,
  { momentum = 0, nesterov = false, weightDecay = 0, groupOf }: SgdOptions = {},
): { parameters: MapTree<P, Tensor>; state: SgdState<P> } {
  return leafByLeaf(operands, ({ parameter, gradient, state }, path) => {
    const { decay, rate, frozen } = settingsOf(path, step.rate, { weightDecay, groupOf }, multiply);
    if (frozen) return { parameter, state };
    const slope = decay === 0 ? gradient : add(gradient, multiply(parameter, decay));
    const velocity = momentum === 0 ? slope : add(multiply(state.velocity as Tensor, momentum), slope);
    const direction = nesterov ? add(slope, multiply(velocity, momentum)) : velocity;
    return { parameter: subtract(parameter, multiply(rate, direction)), state: { velocity } };
  }) as never;
}
