import { flattenTree, type HostTensor, isTensor, type MapTree, mapTree, type Tensor } from '@cloze/backend';

/** A state tree with one record at the place of each parameter. */
export type StateTree<P, Leaf> = P extends { readonly shape: readonly number[] }
  ? Leaf
  : { readonly [K in keyof P]: P[K] extends undefined ? undefined : StateTree<NonNullable<P[K]>, Leaf> };

/** What an optimiser is given. */
export interface OptimiserOperands<P> {
  readonly parameters: P;
  /** A tree like the parameters. */
  readonly gradients: unknown;
  readonly state: unknown;
}

/** Zeros of a shape. */
export const zeros = (shape: readonly number[]): HostTensor => ({
  shape: [...shape],
  dtype: 'float32',
  values: new Float32Array(shape.reduce((n, x) => n * x, 1)),
});

/** A float32 scalar to be fed. */
export const scalar = (value: number): HostTensor => ({ shape: [], dtype: 'float32', values: Float32Array.of(value) });

/**
 * Runs an update on every parameter, with its gradient and its records of state, all matched by path.
 *
 * @throws {RangeError} naming every parameter without a gradient or state
 * @internal
 */
export function leafByLeaf<P>(
  { parameters, gradients, state }: OptimiserOperands<P>,
  update: (
    leaf: { readonly parameter: Tensor; readonly gradient: Tensor; readonly state: Readonly<Record<string, Tensor>> },
    path: string,
  ) => { readonly parameter: Tensor; readonly state: Readonly<Record<string, Tensor>> },
): { parameters: MapTree<P, Tensor>; state: unknown } {
  const slopes = new Map(flattenTree(gradients, isTensor));
  const states = new Map<string, Record<string, Tensor>>();
  for (const [path, tensor] of flattenTree(state, isTensor)) {
    const cut = path.lastIndexOf('/');
    const at = path.slice(0, Math.max(0, cut));
    states.set(at, { ...states.get(at), [path.slice(cut + 1)]: tensor });
  }
  const paths = flattenTree(parameters, isTensor);
  const lacking = paths.filter(([path]) => !slopes.has(path) || !states.has(path)).map(([path]) => `'${path}'`);
  if (lacking.length > 0) throw new RangeError(`No gradient or state for ${lacking.join(', ')}.`);
  const results = new Map(
    paths.map(([path, parameter]) => [
      path,
      update(
        { parameter, gradient: slopes.get(path) as Tensor, state: states.get(path) as Record<string, Tensor> },
        path,
      ),
    ]),
  );
  const at = (path: string) => results.get(path) as { parameter: Tensor; state: Readonly<Record<string, Tensor>> };
  return {
    parameters: mapTree(parameters, (_leaf, path) => at(path).parameter),
    state: mapTree(parameters, (_leaf, path) => at(path).state),
  };
}
