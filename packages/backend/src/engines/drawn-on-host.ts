import type { HostTensor } from '../expression/host-tensors.ts';
import { isA, type Operation } from '../expression/tensor.ts';
import { philoxMemory } from '../lowering/philox-kernel.ts';
import { philoxNormal } from '../lowering/philox-normal.ts';

type Draws = Operation<'randomUniform'> | Operation<'randomNormal'>;

/** Numbers that a graph is fed. */
export interface DrawnOnHost {
  /**
   * Draws the numbers of a place anew.
   *
   * @param words seed, step and first row @param threshold of a mask: whether each number reaches it
   * @returns memory that the next call writes into again
   */
  draw(place: number, words: ArrayLike<number>, operation: Draws, threshold: number | undefined): HostTensor['values'];
}

/** Room for what operations draw: uniform numbers and masks of them in one memory that stays where it is. */
export function drawnOnHost(
  places: readonly { readonly operation: Draws; readonly threshold: number | undefined }[],
): DrawnOnHost {
  const memory = philoxMemory(
    places.map(({ operation: { attributes, primitive }, threshold }) => ({
      dtype: threshold === undefined ? 'float32' : 'bool',
      rows: primitive.name === 'randomNormal' ? 0 : attributes.rows,
      width: attributes.width,
    })),
  );
  return {
    draw: (place, words, operation, threshold) => {
      const { site, rows, width } = operation.attributes;
      if (isA(operation, 'randomNormal')) return philoxNormal(words, site, rows, width);
      memory.draw(place, words, site, threshold);
      return memory.values[place] as HostTensor['values'];
    },
  };
}
