import { flattenTree, type HostTensor, isHostTensor, mapTree } from '@cloze/backend';

/**
 * The weighted mean of parameter trees of one shape, summed in float64: checkpoint averaging.
 *
 * @param weights default all equal; divided by their sum
 * @throws {RangeError} without trees, or where names or shapes differ
 */
export function averageParameters<T>(trees: readonly T[], weights?: readonly number[]): T {
  const [first] = trees;
  if (first === undefined) throw new RangeError('averageParameters: expected at least one tree, got none.');
  if (weights && weights.length !== trees.length)
    throw new RangeError(`averageParameters: ${trees.length} trees but ${weights.length} weights.`);
  const flat = trees.map((tree) => new Map(flattenTree(tree, isHostTensor)));
  const names = [...(flat[0] as Map<string, HostTensor>).keys()];
  const problems = flat.flatMap((leaves, i) => [
    ...names.flatMap((name) => {
      const [ours, theirs] = [(flat[0] as Map<string, HostTensor>).get(name), leaves.get(name)];
      if (!theirs) return [`tree ${i} lacks '${name}'`];
      return theirs.shape.join() === ours?.shape.join()
        ? []
        : [`'${name}' is [${theirs.shape}] in tree ${i}, [${ours?.shape}] in tree 0`];
    }),
    ...[...leaves.keys()]
      .filter((name) => !names.includes(name))
      .map((name) => `tree ${i} has '${name}', tree 0 does not`),
  ]);
  if (problems.length > 0) throw new RangeError(`averageParameters: ${problems.join('; ')}.`);
  const shares = weights ?? trees.map(() => 1);
  const sum = shares.reduce((a, b) => a + b, 0);
  return mapTree<T, HostTensor>(
    first,
    ({ shape, dtype, values }, path) => ({
      shape,
      dtype,
      values: Float32Array.from(
        values,
        (_, index) =>
          flat.reduce(
            (total, leaves, i) =>
              total + (shares[i] as number) * ((leaves.get(path) as HostTensor).values[index] as number),
            0,
          ) / sum,
      ),
    }),
    isHostTensor,
  );
}
