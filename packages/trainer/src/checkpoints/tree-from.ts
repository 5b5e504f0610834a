import { flattenTree, type HostTensor, type MapTree, mapTree } from '@cloze/backend';
import { CheckpointError } from './checkpoint-error.ts';

/**
 * Puts the leaves of a checkpoint back into the nesting of `like`.
 *
 * @param like a tree of anything with a shape: parameters, variables' specs
 * @throws {CheckpointError} listing every leaf that is missing, unexpected or of another shape or type
 */
export function treeFrom<S>(like: S, leaves: ReadonlyMap<string, HostTensor> | undefined): MapTree<S, HostTensor> {
  if (!leaves) throw new CheckpointError('treeFrom: the checkpoint has no such file of tensors.');
  const expected = new Map(flattenTree<HostTensor>(like as never));
  const problems = [...leaves.keys()].filter((path) => !expected.has(path)).map((path) => `'${path}' is unexpected`);
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
