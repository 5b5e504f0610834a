import { BackendError } from '../errors.ts';

/** A leaf, or nested records and arrays of leaves: how parameters, batches and optimiser states are written. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [name: string]: Tree<T> | undefined };

/** The same nesting as `S` with other leaves. */
export type MapTree<S, T> = S extends { readonly shape: readonly number[] }
  ? T
  : { [K in keyof S]: S[K] extends undefined ? undefined : MapTree<NonNullable<S[K]>, T> };

const isLeaf = (node: unknown): node is { shape: readonly number[] } =>
  typeof node === 'object' && node !== null && Array.isArray((node as { shape?: unknown }).shape);

/** Leaves with their paths, such as `layers/0/attention/query/kernel`; record keys in sorted order. */
export function flattenTree<T extends { readonly shape: readonly number[] }>(
  tree: Tree<T>,
  prefix = '',
): [string, T][] {
  if (isLeaf(tree)) return [[prefix, tree as T]];
  if (typeof tree !== 'object' || tree === null) {
    throw new BackendError(
      `flattenTree: expected a tensor, record or array at '${prefix || '/'}', got ${typeof tree}.`,
    );
  }
  const names = Array.isArray(tree) ? [...tree.keys()].map(String) : Object.keys(tree).sort();
  return names.flatMap((name) => {
    const child = (tree as Record<string, Tree<T> | undefined>)[name];
    return child === undefined ? [] : flattenTree(child, prefix ? `${prefix}/${name}` : name);
  });
}

/** A tree of the same nesting with each leaf replaced by `transform(leaf, path)`. */
export function mapTree<S, T>(tree: S, transform: (leaf: never, path: string) => T, prefix = ''): MapTree<S, T> {
  if (isLeaf(tree)) return transform(tree as never, prefix) as MapTree<S, T>;
  const at = (name: string) => (prefix ? `${prefix}/${name}` : name);
  if (Array.isArray(tree)) return tree.map((child, i) => mapTree(child, transform, at(String(i)))) as MapTree<S, T>;
  if (typeof tree !== 'object' || tree === null) {
    throw new BackendError(`mapTree: expected a tensor, record or array at '${prefix || '/'}', got ${typeof tree}.`);
  }
  const out: Record<string, unknown> = {};
  for (const name of Object.keys(tree).sort()) {
    const child = (tree as Record<string, unknown>)[name];
    if (child !== undefined) out[name] = mapTree(child, transform, at(name));
  }
  return out as MapTree<S, T>;
}
