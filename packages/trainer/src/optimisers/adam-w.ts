import {
  adamStep,
  flattenTree,
  type HostTensor,
  isHostTensor,
  isTensor,
  mapTree,
  multiply,
  type Tensor,
} from '@cloze/backend';
import { scalar } from './leaf-by-leaf.ts';
import { type GroupOf, settingsOf } from './parameter-groups.ts';

/** Options of AdamW; names and defaults as in Hugging Face's trainer. */
export interface AdamWOptions {
  /** β₁, default 0.9. */
  readonly adamBeta1?: number;
  /** β₂, default 0.999. */
  readonly adamBeta2?: number;
  /** ε, default 1e-8. */
  readonly adamEpsilon?: number;
  /** Decoupled weight decay, default 0.01. */
  readonly weightDecay?: number;
  /** Which parameters decay, by path; default all but biases and norms. */
  readonly decays?: (path: string) => boolean;
  /** Settings by path, before `decays`; default none. */
  readonly groupOf?: GroupOf;
}

/** What changes from step to step; float32 scalars that are fed. */
export interface AdamWStep<T> {
  readonly rate: T;
  readonly beta1Power: T;
  readonly beta2Power: T;
}

/** First and second moments, in the nesting of the parameters. */
export interface AdamWState<P> {
  readonly mean: P;
  readonly variance: P;
}

/** Zero moments for a tree of parameters. */
export function initialAdamW<S>(parameters: S): AdamWState<S> {
  const zeros = () =>
    mapTree(
      parameters,
      ({ shape, values }): HostTensor => ({ shape, dtype: 'float32', values: new Float32Array(values.length) }),
      isHostTensor,
    );
  return { mean: zeros(), variance: zeros() };
}

/** The scalars of step `t` = 1, 2, …: the learning rate and the powers of β. */
export function adamWStep(
  t: number,
  rate: number,
  { adamBeta1 = 0.9, adamBeta2 = 0.999 }: AdamWOptions = {},
): AdamWStep<HostTensor> {
  return { rate: scalar(rate), beta1Power: scalar(adamBeta1 ** t), beta2Power: scalar(adamBeta2 ** t) };
}

/**
 * One AdamW update of a tree of parameters (Loshchilov and Hutter 2019); state is matched by path, never by order.
 *
 * Equal to PyTorch's `AdamW`; in a compiled step on TensorFlow each parameter is one in-place kernel.
 */
export function adamW<P>(
  {
    parameters,
    gradients,
    state,
  }: { readonly parameters: P; readonly gradients: unknown; readonly state: AdamWState<P> },
  step: AdamWStep<Tensor>,
  { adamBeta1 = 0.9, adamBeta2 = 0.999, adamEpsilon = 1e-8, weightDecay = 0.01, decays, groupOf }: AdamWOptions = {},
): { parameters: P; state: AdamWState<P> } {
  const at = (tree: unknown) => new Map(flattenTree(tree, isTensor));
  const [slopes, means, variances] = [at(gradients), at(state.mean), at(state.variance)];
  const results = new Map(
    flattenTree(parameters, isTensor).map(([path, parameter]) => {
      const [mean, variance, gradient] = [means, variances, slopes].map((tree) => tree.get(path)) as [
        Tensor,
        Tensor,
        Tensor,
      ];
      const { decay, rate, frozen } = settingsOf(path, step.rate, { weightDecay, decays, groupOf }, multiply);
      if (frozen) return [path, { parameter, mean, variance }];
      return [
        path,
        adamStep(
          { parameter, mean, variance, gradient, ...step, rate },
          { beta1: adamBeta1, beta2: adamBeta2, epsilon: adamEpsilon, decay },
        ),
      ];
    }),
  );
  const pick = (name: 'parameter' | 'mean' | 'variance') =>
    mapTree(parameters, (_leaf, path) => (results.get(path) as Record<typeof name, Tensor>)[name], isTensor);
  return { parameters: pick('parameter'), state: { mean: pick('mean'), variance: pick('variance') } };
}
