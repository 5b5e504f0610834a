import type { Tensor } from '@cloze/backend';
import type { Passes } from '../objective/passes.ts';

/** Passes that some outputs need: `abs` nodes are forward passes of the small model, `sign` nodes of the same number backward ones. */
export function countPasses(outputs: readonly Tensor[]): Passes {
  const seen = new Set<Tensor['operation']>();
  const pending = outputs.map(({ operation }) => operation);
  for (let operation = pending.pop(); operation; operation = pending.pop()) {
    if (seen.has(operation)) continue;
    seen.add(operation);
    for (const input of operation.inputs) pending.push(input.operation);
  }
  const of = (name: string) => [...seen].filter(({ primitive }) => primitive.name === name);
  const forward = of('abs');
  const places = new Set(forward.map(({ inputs }) => inputs[0]));
  return { forward: forward.length, backward: of('sign').filter(({ inputs }) => places.has(inputs[0])).length };
}
