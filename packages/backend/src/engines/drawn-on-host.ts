import type { HostTensor } from '../expression/host-tensors.ts';
import { isA, type Operation } from '../expression/tensor.ts';
import type { Fill } from '../lowering/kernel-work.ts';
import { philoxFill } from '../lowering/philox-kernel.ts';
import { philoxNormal } from '../lowering/philox-normal.ts';
import type { KernelThreads } from './kernel-threads.ts';

type Draws = Operation<'randomUniform'> | Operation<'randomNormal'>;

/** Where a graph takes numbers that are drawn before it runs. */
export interface DrawnPlace {
  readonly operation: Draws;
  /** Of a mask: whether each number reaches it. */
  readonly threshold: number | undefined;
}

/**
 * Draws the numbers of all places anew, on all threads.
 *
 * @returns a function of seed, step and first row of each place, whose next call writes into the same memory again
 */
export function drawnOnHost(places: readonly DrawnPlace[], threads: KernelThreads) {
  const kept = places.map(({ operation, threshold }) => {
    if (isA(operation, 'randomNormal')) return undefined;
    const { rows, width } = operation.attributes;
    const dtype = threshold === undefined ? ('float32' as const) : ('bool' as const);
    return { place: { dtype, rows, width }, values: threads.hold({ shape: [rows, width], dtype }).values };
  });
  return (words: readonly ArrayLike<number>[]): HostTensor['values'][] => {
    const jobs: Fill[] = [];
    const drawn = places.map(({ operation, threshold }, i) => {
      const { site, rows, width } = operation.attributes;
      const own = words[i] as ArrayLike<number>;
      const room = kept[i];
      if (room === undefined) return philoxNormal(own, site, rows, width);
      jobs.push(philoxFill(room.place, own, site, new Uint8Array(room.values.buffer), threshold));
      return room.values;
    });
    threads.run(jobs);
    return drawn;
  };
}
