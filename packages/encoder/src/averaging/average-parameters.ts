import { flattenTree, type HostTensor, isHostTensor, mapTree } from '@cloze/backend';
import { checkArguments, listOf, real } from '@cloze/checks';

/**
 * The weighted mean of parameter trees of one shape, summed in float64: checkpoint averaging.
 *
 * Leaves that are no float32 have no mean: they are kept where all trees have the same.
 *
 * @param weights finite, from 0, at least one above it; default all equal; divided by their sum
 * @throws {RangeError} without trees, for such weights, or where names, shapes or types differ, or leaves that are no float32
 */
export function averageParameters<T>(trees: readonly T[], weights?: readonly number[]): T {
  const [first] = trees;
  if (first === undefined) throw new RangeError('averageParameters: expected at least one tree, got none.');
  if (weights && weights.length !== trees.length)
    throw new RangeError(`averageParameters: ${trees.length} trees but ${weights.length} weights.`);
  if (weights) checkArguments('averageParameters', { weights }, { weights: listOf(real({ from: 0 }), 1) });
  if (weights?.every((weight) => weight === 0))
    throw new RangeError('averageParameters: all weights are 0; at least one must be above it.');
  const flat = trees.map((tree) => new Map(flattenTree(tree, isHostTensor)));
  const names = [...(flat[0] as Map<string, HostTensor>).keys()];
  const problems = flat.flatMap((leaves, i) => [
    ...names.flatMap((name) => {
      const [ours, theirs] = [(flat[0] as Map<string, HostTensor>).get(name), leaves.get(name)];
      if (!theirs) return [`tree ${i} lacks '${name}'`];
      if (theirs.shape.join() !== ours?.shape.join())
        return [`'${name}' is [${theirs.shape}] in tree ${i}, [${ours?.shape}] in tree 0`];
      if (theirs.dtype !== ours.dtype) return [`'${name}' is ${theirs.dtype} in tree ${i}, ${ours.dtype} in tree 0`];
      return ours.dtype !== 'float32' && theirs.values.some((value, at) => value !== ours.values[at])
        ? [`'${name}' is ${ours.dtype}, which has no mean, and is not the same in trees ${i} and 0`]
        : [];
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
      values:
        dtype !== 'float32'
          ? values.slice()
          : Float32Array.from(
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
