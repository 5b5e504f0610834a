import { BackendError } from '../errors.ts';
import type { HostTensor } from '../expression/host-tensors.ts';
import type { PrimitiveName } from '../expression/primitives.ts';
import { isA, type Operation, type Tensor } from '../expression/tensor.ts';

/** One engine's way to run a single operation; handles are values outside JavaScript's heap. @internal */
export interface Runner<Handle> {
  /** Whether the engine has a primitive. */
  has(name: PrimitiveName): boolean;
  run(operation: Operation, inputs: readonly Handle[]): Handle[];
  fromHost(value: HostTensor): Handle;
  toHost(handle: Handle): HostTensor;
  release(handle: Handle): void;
}

/**
 * Evaluates operation by operation, releasing every intermediate after its last use.
 *
 * @param leaf the handle of an input or variable; these are the caller's and are not released
 * @returns handles of the outputs, owned by the caller
 */
export function interpret<Handle>(
  runner: Runner<Handle>,
  order: readonly Operation[],
  outputs: readonly Tensor[],
  leaf: (operation: Operation) => Handle | undefined,
): Handle[] {
  const uses = new Map<Tensor, number>();
  for (const { inputs } of order) for (const input of inputs) uses.set(input, (uses.get(input) ?? 0) + 1);
  for (const output of outputs) uses.set(output, (uses.get(output) ?? 0) + 1);
  const values = new Map<Tensor, Handle>();
  const borrowed = new Set<Tensor>();
  const used = (tensor: Tensor) => {
    const left = (uses.get(tensor) ?? 0) - 1;
    uses.set(tensor, left);
    if (left > 0 || borrowed.has(tensor)) return;
    runner.release(values.get(tensor) as Handle);
    values.delete(tensor);
  };
  for (const operation of order) {
    const given = leaf(operation);
    if (given !== undefined) {
      const [output] = operation.outputs as [Tensor];
      values.set(output, given);
      borrowed.add(output);
      continue;
    }
    if (isA(operation, 'input') || isA(operation, 'variable')) {
      throw new BackendError(
        `'${operation.attributes.path}' has no value here: it belongs to another compiled function.`,
      );
    }
    const results = runner.run(
      operation,
      operation.inputs.map((input) => values.get(input) as Handle),
    );
    for (const [i, output] of operation.outputs.entries()) {
      if (uses.has(output)) values.set(output, results[i] as Handle);
      else runner.release(results[i] as Handle);
    }
    for (const input of operation.inputs) used(input);
  }
  return outputs.map((output) => values.get(output) as Handle);
}
