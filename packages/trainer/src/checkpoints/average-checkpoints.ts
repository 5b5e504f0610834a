import type { HostTensor } from '@cloze/backend';

/**
 * The mean of the same tensors in several checkpoints, summed in float64 (Vaswani et al. 2017, section 6.1).
 *
 * @param checkpoints leaves by path, as `Checkpoint.tensors.parameters` @throws {RangeError} without any, or where names or shapes differ
 */
export function averageCheckpoints(
  checkpoints: readonly ReadonlyMap<string, HostTensor>[],
): ReadonlyMap<string, HostTensor> {
  const [first] = checkpoints;
  if (!first) throw new RangeError('averageCheckpoints: expected at least one checkpoint, got none.');
  const problems = checkpoints.flatMap((leaves, i) =>
    [...new Set([...first.keys(), ...leaves.keys()])]
      .filter((path) => leaves.get(path)?.shape.join() !== first.get(path)?.shape.join())
      .map(
        (path) =>
          `'${path}' is [${leaves.get(path)?.shape ?? 'missing'}] in ${i}, [${first.get(path)?.shape ?? 'missing'}] in 0`,
      ),
  );
  if (problems.length > 0) throw new RangeError(`averageCheckpoints: ${problems.join('; ')}.`);
  return new Map(
    [...first].map(([path, { shape, dtype, values }]) => [
      path,
      {
        shape,
        dtype,
        values: Float32Array.from(
          values,
          (_, index) =>
            checkpoints.reduce((sum, leaves) => sum + (leaves.get(path)?.values[index] as number), 0) /
            checkpoints.length,
        ),
      },
    ]),
  );
}
