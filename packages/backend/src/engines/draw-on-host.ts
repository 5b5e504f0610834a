import type { HostTensor } from '../expression/host-tensors.ts';
import { isA, type Operation } from '../expression/tensor.ts';
import { philoxUniform } from '../lowering/philox.ts';
import { philoxNormal } from '../lowering/philox-normal.ts';

/**
 * Fills values with the numbers that an operation draws, or with whether each reaches a threshold.
 *
 * @param words seed, step and first row
 */
export function drawInto(
  values: HostTensor['values'],
  operation: Operation<'randomUniform'> | Operation<'randomNormal'>,
  words: ArrayLike<number>,
  threshold: number | undefined,
): void {
  const { site, rows, width } = operation.attributes;
  const drawn = isA(operation, 'randomNormal')
    ? philoxNormal(words, site, rows, width)
    : philoxUniform(words, site, rows, width);
  if (threshold === undefined) values.set(drawn);
  else {
    // As float32 has it: that is what the numbers are compared with on every engine.
    const limit = Math.fround(threshold);
    for (let i = 0; i < drawn.length; i++) values[i] = (drawn[i] as number) >= limit ? 1 : 0;
  }
}
