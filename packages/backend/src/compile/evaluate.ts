import type { Engine } from '../engines/engine.ts';
import type { HostTensor } from '../expression/host-tensors.ts';
import { isTensor } from '../expression/tensor.ts';
import { flattenTree, type MapTree, mapTree } from '../expression/tree.ts';

/** Runs an expression now, operation by operation, and returns its values: for tests, a REPL, one-off questions. */
export function evaluate<O>(engine: Engine, outputs: O): MapTree<O, HostTensor> {
  const values = engine.run(flattenTree(outputs, isTensor).map(([, tensor]) => tensor));
  let next = 0;
  return mapTree(outputs, () => values[next++] as HostTensor);
}
