import {
  add,
  divide,
  type HostTensor,
  isHostTensor,
  type MapTree,
  mapTree,
  maximum,
  mean,
  multiply,
  reshape,
  rsqrt,
  sqrt,
  square,
  subtract,
  type Tensor,
} from '@cloze/backend';
import { leafByLeaf, type OptimiserOperands, type StateTree, scalar, zeros } from './leaf-by-leaf.ts';
import { type GroupOf, settingsOf } from './parameter-groups.ts';

/** Options of Adafactor; names as in transformers' class. */
export interface AdafactorOptions {
  /** Added to squared gradients, and the least root mean square a parameter counts with; default [1e-30, 1e-3]. */
  readonly eps?: readonly [number, number];
  /** Root mean square an update may have, default 1. */
  readonly clipThreshold?: number;
  /** `β₂ = 1 − t^decayRate`, default −0.8. */
  readonly decayRate?: number;
  /** First moment of the updates; default none. */
  readonly beta1?: number;
  /** Decoupled decay, default 0. */
  readonly weightDecay?: number;
  /** Multiply the rate by the parameter's root mean square, default true. */
  readonly scaleParameter?: boolean;
  /** Settings by path; default no decay on biases and norms. */
  readonly groupOf?: GroupOf;
}

/** Rows and columns of second moments for matrices, all of them for vectors; `mean` with `beta1`. */
export type AdafactorState<P> = StateTree<P, Readonly<Record<string, HostTensor>>>;

/** What changes from step to step. */
export interface AdafactorStep<T> {
  readonly rate: T;
  readonly beta2: T;
}

/** Zero moments for a tree of parameters; a matrix `[.., rows, columns]` keeps rows + columns of them. */
export function initialAdafactor<P>(parameters: P, { beta1 }: AdafactorOptions = {}): AdafactorState<P> {
  return mapTree(
    parameters,
    ({ shape }) => ({
      ...(shape.length >= 2
        ? { row: zeros(shape.slice(0, -1)), column: zeros([...shape.slice(0, -2), shape.at(-1) as number]) }
        : { variance: zeros(shape) }),
      ...(beta1 === undefined ? {} : { mean: zeros(shape) }),
    }),
    isHostTensor,
  ) as unknown as AdafactorState<P>;
}

/** The scalars of step `t` = 1, 2, …. */
export const adafactorStep = (
  t: number,
  rate: number,
  { decayRate = -0.8 }: AdafactorOptions = {},
): AdafactorStep<HostTensor> => ({ rate: scalar(rate), beta2: scalar(1 - t ** decayRate) });

/** Adafactor's own rate, `min(10⁻², 1/√t)`, or with `warmupInit` `min(10⁻⁶t, 1/√t)`: transformers' `relative_step`. */
export const relativeRate = (t: number, { warmupInit = false }: { readonly warmupInit?: boolean } = {}): number =>
  Math.min(warmupInit ? 1e-6 * t : 1e-2, 1 / Math.sqrt(t));

const rootMeanSquare = (x: Tensor) => sqrt(mean(square(x)));

/**
 * Adafactor (Shazeer and Stern 2018): second moments of a matrix as the outer product of row and column means, updates clipped
 * by their root mean square, the rate relative to the parameter's. Equal to transformers' `Adafactor`.
 */
export function adafactor<P>(
  operands: OptimiserOperands<P>,
  step: AdafactorStep<Tensor>,
  {
    eps: [tiny, least] = [1e-30, 1e-3],
    clipThreshold = 1,
    beta1,
    weightDecay = 0,
    scaleParameter = true,
    groupOf,
  }: AdafactorOptions = {},
): { parameters: MapTree<P, Tensor>; state: AdafactorState<P> } {
  return leafByLeaf(operands, ({ parameter, gradient, state }, path) => {
    const settings = settingsOf(path, step.rate, { weightDecay, groupOf }, multiply);
    if (settings.frozen) return { parameter, state };
    const rate = scaleParameter ? multiply(settings.rate, maximum(rootMeanSquare(parameter), least)) : settings.rate;
    const follow = (before: Tensor | undefined, now: Tensor) =>
      add(multiply(before as Tensor, step.beta2), multiply(now, subtract(1, step.beta2)));
    const squares = add(square(gradient), tiny);
    const { shape } = gradient;
    const next: Record<string, Tensor> = {};
    let scale: Tensor;
    if (shape.length >= 2) {
      const row = (next.row = follow(state.row, mean(squares, { axes: -1 })));
      const column = (next.column = follow(state.column, mean(squares, { axes: -2 })));
      const share = divide(row, mean(row, { axes: -1, keep: true }));
      scale = multiply(
        rsqrt(reshape(share, [...row.shape, 1])),
        rsqrt(reshape(column, [...shape.slice(0, -2), 1, shape.at(-1) as number])),
      );
    } else {
      next.variance = follow(state.variance, squares);
      scale = rsqrt(next.variance);
    }
    const raw = multiply(scale, gradient);
    let update = multiply(divide(raw, maximum(divide(rootMeanSquare(raw), clipThreshold), 1)), rate);
    if (beta1 !== undefined)
      update = next.mean = add(multiply(state.mean as Tensor, beta1), multiply(update, 1 - beta1));
    const kept = settings.decay === 0 ? parameter : multiply(parameter, subtract(1, multiply(rate, settings.decay)));
    return { parameter: subtract(kept, update), state: next };
  }) as never;
}
