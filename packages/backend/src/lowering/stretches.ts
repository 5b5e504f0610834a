import { sizeOf } from '../expression/host-tensors.ts';
import type { Operation, Tensor } from '../expression/tensor.ts';
import { type Draw, drawsIn } from './draws-in.ts';
import { fusible, isFree } from './fusible.ts';
import { type Stretch, settleStretch } from './settle-stretch.ts';

/** What is recorded as one piece. */
export type Unit = { readonly kind: 'alone'; readonly operation: Operation } | Stretch | Draw;

/** Sets of operations that grow together. */
function unions() {
  const parent = new Map<Operation, Operation>();
  const root = (operation: Operation): Operation => {
    let ancestor = operation;
    for (let up = parent.get(ancestor); up && up !== ancestor; up = parent.get(ancestor)) ancestor = up;
    return ancestor;
  };
  return { root, join: (a: Operation, b: Operation) => parent.set(root(a), root(b)) };
}

/**
 * Cuts a computation at the operations that run alone (products, gathers, draws) into stretches that can be compiled whole.
 *
 * An operation's level is the number of lone operations on the longest way to it; fusible neighbours of one level form a stretch.
 * Levels never fall along an edge and rise at every lone operation, so no way leaves a stretch and comes back to it. They rise behind a single
 * number too: a norm over all gradients would make one stretch of everything it scales, which holds every gradient twice and runs on one core.
 *
 * @param order operations in an order of evaluation @param wanted tensors read from outside
 * @returns pieces in an order of evaluation; stretches that nobody needs are left out
 */
export function stretches(order: readonly Operation[], wanted: ReadonlySet<Tensor>): Unit[] {
  const draws = drawsIn(order, wanted);
  const drawn = new Set([...draws.values()].map(({ mask }) => mask.operation));
  const joins = (operation: Operation) => fusible.has(operation.primitive.name) && !drawn.has(operation);
  const isCut = ({ shape, operation }: Tensor) => joins(operation) && sizeOf(shape) === 1;
  const level = new Map<Operation, number>();
  const { root, join } = unions();
  for (const operation of order) {
    const producers = operation.inputs.map((input) => input.operation);
    const depth = operation.inputs.reduce(
      (most, input) => Math.max(most, (level.get(input.operation) ?? 0) + (isCut(input) ? 1 : 0)),
      0,
    );
    level.set(operation, joins(operation) || drawn.has(operation) || isFree(operation) ? depth : depth + 1);
    if (joins(operation))
      for (const producer of producers) if (joins(producer) && level.get(producer) === depth) join(producer, operation);
  }
  const levelOf = (operation: Operation | undefined) => level.get(operation as Operation) as number;

  const groups = new Map<Operation, Operation[]>();
  const placed: { level: number; unit: Unit }[] = [];
  const demanded = new Set<Tensor>(wanted);
  for (const operation of order) {
    if (joins(operation)) {
      const group = groups.get(root(operation));
      if (group) group.push(operation);
      else groups.set(root(operation), [operation]);
      continue;
    }
    for (const input of operation.inputs) demanded.add(input);
    // A lone operation of a level comes before the stretches of that level, which may take from it.
    if (!drawn.has(operation))
      placed.push({ level: levelOf(operation) - 0.5, unit: draws.get(operation) ?? { kind: 'alone', operation } });
  }
  // From the last to the first: what later stretches still take decides what an earlier one must hand over.
  for (const operations of [...groups.values()].sort((a, b) => levelOf(b[0]) - levelOf(a[0]))) {
    const unit = settleStretch(operations, demanded, joins);
    if (unit.outputs.length === 0) continue;
    for (const input of unit.inputs) demanded.add(input);
    placed.push({ level: levelOf(operations[0]), unit });
  }
  return placed.sort((a, b) => a.level - b.level).map(({ unit }) => unit);
}
