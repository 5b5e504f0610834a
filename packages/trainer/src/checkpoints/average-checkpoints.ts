import type { HostTensor } from '@cloze/backend';

const specOf = (tensor: HostTensor | undefined) => (tensor ? `${tensor.dtype} [${tensor.shape}]` : '[missing]');

/**
 * The mean of the same tensors in several checkpoints, summed in float64 (Vaswani et al. 2017, section 6.1).
 *
 * Tensors that are no float32 (counters, masks) have no mean: they are kept where all checkpoints have the same.
 *
 * @param checkpoints leaves by path, as `Checkpoint.tensors.parameters` @throws {RangeError} without any, where names, shapes or types differ, or whole numbers or truth values
 */
export function averageCheckpoints(
  checkpoints: readonly ReadonlyMap<string, HostTensor>[],
): ReadonlyMap<string, HostTensor> {
  const [first] = checkpoints;
  if (!first) throw new RangeError('averageCheckpoints: expected at least one checkpoint, got none.');
  const problems = checkpoints.flatMap((leaves, i) =>
    [...new Set([...first.keys(), ...leaves.keys()])]
      .filter((path) => specOf(leaves.get(path)) !== specOf(first.get(path)))
      .map((path) => `'${path}' is ${specOf(leaves.get(path))} in ${i}, ${specOf(first.get(path))} in 0`),
  );
  for (const [path, { dtype, values }] of problems.length === 0 ? first : []) {
    if (dtype === 'float32') continue;
    const other = checkpoints.findIndex((leaves) => leaves.get(path)?.values.some((value, at) => value !== values[at]));
    if (other >= 0) problems.push(`'${path}' is ${dtype}, which has no mean, and is not the same in ${other} and 0`);
  }
  if (problems.length > 0) throw new RangeError(`averageCheckpoints: ${problems.join('; ')}.`);
  return new Map(
    [...first].map(([path, { shape, dtype, values }]) => [
      path,
      {
        shape,
        dtype,
        values:
          dtype !== 'float32'
            ? values.slice()
            : Float32Array.from(
                values,
                (_, index) =>
                  checkpoints.reduce((sum, leaves) => sum + (leaves.get(path)?.values[index] as number), 0) /
                  checkpoints.length,
              ),
      },
    ]),
  );
}
