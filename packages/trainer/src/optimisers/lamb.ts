import {
  add,
  divide,
  fill,
  greater,
  type HostTensor,
  isHostTensor,
  logicalAnd,
  type MapTree,
  mapTree,
  multiply,
  sqrt,
  square,
  subtract,
  sum,
  type Tensor,
  where,
} from '@cloze/backend';
import { type AdamWStep, adamWStep } from './adam-w.ts';
import { leafByLeaf, type OptimiserOperands, type StateTree, zeros } from './leaf-by-leaf.ts';
import { decaysByDefault, type GroupOf, settingsOf } from './parameter-groups.ts';

/** Options of LAMB. */
export interface LambOptions {
  /** β₁, default 0.9. */
  readonly beta1?: number;
  /** β₂, default 0.999. */
  readonly beta2?: number;
  /** ε, default 1e-6. */
  readonly epsilon?: number;
  /** λ, default 0.01. */
  readonly weightDecay?: number;
  /** Settings by path; default no decay on biases and norms. */
  readonly groupOf?: GroupOf;
  /** Which parameters get the trust ratio, by path; default all but biases and norms, as in the authors' code. */
  readonly adapts?: (path: string) => boolean;
}

/** Moments of each parameter. */
export type LambState<P> = StateTree<P, { readonly mean: HostTensor; readonly variance: HostTensor }>;

/** Zero moments for a tree of parameters. */
export function initialLamb<P>(parameters: P): LambState<P> {
  return mapTree(
    parameters,
    ({ shape }) => ({ mean: zeros(shape), variance: zeros(shape) }),
    isHostTensor,
  ) as unknown as LambState<P>;
}

/** The scalars of step `t` = 1, 2, …: the learning rate and the powers of β. */
export const lambStep = (
  t: number,
  rate: number,
  { beta1 = 0.9, beta2 = 0.999 }: LambOptions = {},
): AdamWStep<HostTensor> => adamWStep(t, rate, { adamBeta1: beta1, adamBeta2: beta2 });

/**
 * LAMB (You et al. 2020, algorithm 2): `r = m̂/(√v̂ + ε)`, `p ← p − η·(‖p‖/‖r + λp‖)·(r + λp)`, norms over each parameter.
 *
 * The ratio is 1 where either norm is zero.
 */
export function lamb<P>(
  operands: OptimiserOperands<P>,
  step: AdamWStep<Tensor>,
  {
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-6,
    weightDecay = 0.01,
    groupOf,
    adapts = decaysByDefault,
  }: LambOptions = {},
): { parameters: MapTree<P, Tensor>; state: LambState<P> } {
  return leafByLeaf(operands, ({ parameter, gradient, state }, path) => {
    const { decay, rate, frozen } = settingsOf(path, step.rate, { weightDecay, groupOf }, multiply);
    if (frozen) return { parameter, state };
    const mean = add(multiply(state.mean as Tensor, beta1), multiply(gradient, 1 - beta1));
    const variance = add(multiply(state.variance as Tensor, beta2), multiply(square(gradient), 1 - beta2));
    const meanHat = divide(mean, subtract(1, step.beta1Power));
    const varianceHat = divide(variance, subtract(1, step.beta2Power));
    const scaled = divide(meanHat, add(sqrt(varianceHat), epsilon));
    const direction = decay === 0 ? scaled : add(scaled, multiply(parameter, decay));
    const [size, length] = [parameter, direction].map((x) => sqrt(sum(square(x)))) as [Tensor, Tensor];
    const usable = logicalAnd(greater(size, 0), greater(length, 0));
    const ratio = adapts(path) ? where(usable, divide(size, where(usable, length, 1)), 1) : fill([], 1);
    return {
      parameter: subtract(parameter, multiply(multiply(rate, ratio), direction)),
      state: { mean, variance },
    };
  }) as never;
}
