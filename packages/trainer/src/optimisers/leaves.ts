import { flattenTree, type HostTensor, type LeafKind } from '@cloze/backend';

/** Tensors by path, such as `layers/0/attention/query/kernel`: a tree written flat. */
export type Leaves<T> = Readonly<Record<string, T>>;

/** The leaves of a tree by path, in the tree's own order: blocks 0, 1, 2, …, 10, which the sorted names of a record would lose. */
export function leavesOf<T extends { readonly shape: readonly number[] }>(tree: unknown, kind: LeafKind<T>): Leaves<T> {
  return Object.fromEntries(flattenTree(tree, kind));
}

/** Leaves of some paths. */
export const leavesWhere = <T>(leaves: Leaves<T>, chosen: (path: string) => boolean): Leaves<T> =>
  Object.fromEntries(Object.entries(leaves).filter(([path]) => chosen(path)));

/** Other leaves by the same paths. */
export const mapLeaves = <A, B>(leaves: Leaves<A>, transform: (leaf: A, path: string) => B): Leaves<B> =>
  Object.fromEntries(Object.entries(leaves).map(([path, leaf]) => [path, transform(leaf, path)]));

/** Zeros of a shape. */
export const zeros = (shape: readonly number[]): HostTensor => ({
  shape: [...shape],
  dtype: 'float32',
  values: new Float32Array(shape.reduce((n, x) => n * x, 1)),
});

/** A float32 scalar to be fed. */
export const scalar = (value: number): HostTensor => ({ shape: [], dtype: 'float32', values: Float32Array.of(value) });
