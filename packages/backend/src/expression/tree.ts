import { BackendError } from '../errors.ts';
import type { Leaf } from './host-tensors.ts';

/** The same nesting as `S`, written as type or interface, with other leaves. */
export type MapTree<S, T> = S extends Leaf
  ? T
  : S extends undefined
    ? undefined
    : { [K in keyof S]: MapTree<Required<S>[K], T> };

/** What the leaves of `S` are. */
export type LeafOf<S> = unknown extends S
  ? Leaf
  : S extends Leaf
    ? S
    : S extends readonly (infer E)[]
      ? LeafOf<E>
      : S extends object
        ? { [K in keyof S]-?: LeafOf<S[K]> }[keyof S]
        : never;

/** Says of a leaf whether it is of one kind: `isTensor`, `isHostTensor`. */
export type LeafKind<L extends Leaf> = (leaf: Leaf) => leaf is L;

const isLeaf = (node: unknown): node is Leaf =>
  typeof node === 'object' && node !== null && 'shape' in node && Array.isArray(node.shape);

/** What stands at every name of a record or array, record keys in sorted order. @internal */
export function childrenOf(node: unknown, path: string, where: string): [name: string, child: unknown][] {
  if (typeof node !== 'object' || node === null)
    throw new BackendError(`${where}: expected a tensor, record or array at '${path || '/'}', got ${typeof node}.`);
  const entries: [string, unknown][] = Array.isArray(node)
    ? node.map((child, i) => [String(i), child])
    : Object.entries(node).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.filter(([, child]) => child !== undefined);
}

const below = (path: string, name: string): string => (path ? `${path}/${name}` : name);

function checkKind(leaf: Leaf, path: string, where: string, kind: LeafKind<Leaf> | undefined): void {
  if (kind && !kind(leaf))
    throw new BackendError(`${where}: the leaf at '${path || '/'}' is none that ${kind.name} accepts.`);
}

function replaceLeaves(tree: unknown, replace: (leaf: Leaf, path: string) => unknown, path = ''): unknown {
  if (isLeaf(tree)) return replace(tree, path);
  const children = childrenOf(tree, path, 'mapTree').map(([name, child]): [string, unknown] => [
    name,
    replaceLeaves(child, replace, below(path, name)),
  ]);
  return Array.isArray(tree) ? children.map(([, child]) => child) : Object.fromEntries(children);
}

/**
 * Leaves with their paths, such as `layers/0/attention/query/kernel`; record keys in sorted order.
 *
 * @param tree a leaf, or nested records and arrays of leaves: parameters, batches, optimiser states; undefined children are left out
 * @param kind what every leaf must be, where the type of the tree does not tell
 * @throws {BackendError} naming the path of what is no tree, or no leaf of the kind
 */
export function flattenTree<L extends Leaf>(tree: unknown, kind: LeafKind<L>): [string, L][];
export function flattenTree<S>(tree: S): [string, LeafOf<S>][];
export function flattenTree(tree: unknown, kind?: LeafKind<Leaf>): [string, Leaf][] {
  const leaves: [string, Leaf][] = [];
  const visit = (node: unknown, path: string): void => {
    if (isLeaf(node)) {
      checkKind(node, path, 'flattenTree', kind);
      leaves.push([path, node]);
    } else for (const [name, child] of childrenOf(node, path, 'flattenTree')) visit(child, below(path, name));
  };
  visit(tree, '');
  return leaves;
}

/**
 * A tree of the same nesting with each leaf replaced by `transform(leaf, path)`; visits in the order of `flattenTree`.
 *
 * Where leaves are replaced by leaves of the same kind, the type of the tree stays.
 *
 * @param kind what every leaf must be, where the type of the tree does not tell
 * @throws {BackendError} naming the path of what is no tree, or no leaf of the kind
 */
export function mapTree<S, L extends Leaf>(tree: S, transform: (leaf: L, path: string) => L, kind: LeafKind<L>): S;
export function mapTree<S, L extends Leaf, T>(
  tree: S,
  transform: (leaf: L, path: string) => T,
  kind: LeafKind<L>,
): MapTree<S, T>;
export function mapTree<S, T>(tree: S, transform: (leaf: LeafOf<S>, path: string) => T): MapTree<S, T>;
export function mapTree(tree: unknown, transform: (leaf: Leaf, path: string) => unknown, kind?: LeafKind<Leaf>) {
  return replaceLeaves(tree, (leaf, path) => {
    checkKind(leaf, path, 'mapTree', kind);
    return transform(leaf, path);
  });
}

/** How a tree is nested, without its leaves: puts what belongs to each path into the same nesting. @internal */
export function nestingOf<S>(tree: S): <T>(leafAt: (path: string) => T) => MapTree<S, T> {
  const nesting = replaceLeaves(tree, () => ({ shape: [] }));
  return <T>(leafAt: (path: string) => T) => replaceLeaves(nesting, (_leaf, path) => leafAt(path)) as MapTree<S, T>;
}
