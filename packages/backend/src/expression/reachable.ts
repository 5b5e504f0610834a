import type { Operation, Tensor } from './tensor.ts';

/** Operations that outputs need, in an order of evaluation; the walk goes no further than `until`, whose operations are left out. */
export function reachable(outputs: readonly Tensor[], until: ReadonlySet<Tensor> = new Set()): Operation[] {
  const seen = new Set<Operation>();
  const pending = outputs.filter((output) => !until.has(output)).map(({ operation }) => operation);
  for (let operation = pending.pop(); operation; operation = pending.pop()) {
    if (seen.has(operation)) continue;
    seen.add(operation);
    for (const input of operation.inputs) if (!until.has(input)) pending.push(input.operation);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}
