import { flattenTree, type HostTensor, type MapTree, mapTree } from '@cloze/backend';
import { CheckpointError } from './checkpoint-error.ts';

/**
 * Puts the leaves of a checkpoint back into the nesting of `like`.
 *
 * @param like a tree of anything with a shape: parameters, variables' specs
 * @param rename today's path of a leaf of an older checkpoint, such as the encoder's `currentName`; default: the path itself
 * @throws {CheckpointError} listing every leaf that is missing, unexpected, there under two names, or of another shape or type
 */
export function treeFrom<S>(
  like: S,
  stored: ReadonlyMap<string, HostTensor> | undefined,
  { rename = (path) => path }: { readonly rename?: (path: string) => string } = {},
): MapTree<S, HostTensor> {
  if (!stored) throw new CheckpointError('treeFrom: the checkpoint has no such file of tensors.');
  const leaves = new Map([...stored].map(([path, leaf]) => [rename(path), leaf]));
  const expected = new Map(flattenTree<HostTensor>(like as never));
  const problems = [...leaves.keys()].filter((path) => !expected.has(path)).map((path) => `'${path}' is unexpected`);
  for (const path of stored.keys())
    if (rename(path) !== path && stored.has(rename(path)))
      problems.push(`'${rename(path)}' is there twice, also as '${path}'`);
  for (const [path, { shape, dtype }] of expected) {
    const found = leaves.get(path);
    if (!found) problems.push(`'${path}' is missing`);
    else if (found.shape.join() !== shape.join() || found.dtype !== dtype)
      problems.push(`'${path}' is ${found.dtype} [${found.shape}], expected ${dtype} [${shape}]`);
  }
  if (problems.length > 0)
    throw new CheckpointError(`treeFrom: ${problems.join('; ')}. Was the checkpoint made with another configuration?`);
  return mapTree(like, (_leaf, path) => leaves.get(path) as HostTensor);
}
