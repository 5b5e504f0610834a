import { flattenTree, isTensor, type Tensor } from '@cloze/backend';

/** The leaf of a tree at a path such as `encoder/embeddings/tokenTable`. @throws {RangeError} listing the paths there are @internal */
export function leafAt(tree: unknown, path: string, where: string): Tensor {
  const leaves = flattenTree(tree, isTensor);
  const found = leaves.find(([name]) => name === path);
  if (!found) {
    const names = leaves.map(([name]) => name);
    const last = path.split('/').at(-1) as string;
    const near = names.filter((name) => name.endsWith(last));
    throw new RangeError(
      `${where}: there is no '${path}'; did you mean ${(near.length > 0 ? near : names).slice(0, 5).join(', ')}?`,
    );
  }
  return found[1];
}
