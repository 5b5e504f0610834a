import type { Objective } from './objective.ts';
import type { Passes } from './passes.ts';

/** A new objective with its cost written on it. @internal */
export function withPasses<P, B, O>(
  objective: (...operands: Parameters<Objective<P, B, O>>) => ReturnType<Objective<P, B, O>>,
  passes: Passes,
): Objective<P, B, O> {
  return Object.assign(objective, { passes });
}
