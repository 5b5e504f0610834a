import { type HostTensor, ints } from '@cloze/backend';
import type { ScoringQuery } from '@cloze/eval';

/**
 * What queries ask, as int32 `[rows, slots]`: positions and targets. Slots and rows that are left over ask for token 0 at place 0.
 */
export function askedSlots(
  queries: readonly ScoringQuery<unknown>[],
  rows: number,
  slots: number,
): { readonly targetPositions: HostTensor; readonly targets: HostTensor } {
  const [positions, targets] = [new Int32Array(rows * slots), new Int32Array(rows * slots)];
  for (const [row, query] of queries.entries()) {
    positions.set(query.targetPositions, row * slots);
    targets.set(query.targets, row * slots);
  }
  return { targetPositions: ints([rows, slots], positions), targets: ints([rows, slots], targets) };
}
