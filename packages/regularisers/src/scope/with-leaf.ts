import type { Tensor } from '@cloze/backend';

/** A copy of a tree with another leaf at a path; everything beside the path is shared. @internal */
export function withLeaf<T>(tree: T, path: string, leaf: Tensor): T {
  const [name = '', ...rest] = path.split('/');
  const before = tree as Record<string, unknown>;
  const child = rest.length === 0 ? leaf : withLeaf(before[name] ?? {}, rest.join('/'), leaf);
  if (Array.isArray(tree)) return tree.map((entry, i) => (String(i) === name ? child : entry)) as T;
  return { ...before, [name]: child } as T;
}
