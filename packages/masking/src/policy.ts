import { type MaskPolicy, policyProblems } from './mask-options.ts';

/**
 * A masking policy of your own, checked at once: a value that `mask` and `maskBatch` take like a preset.
 *
 * `choose` yields the numbers of the units to choose of a row's `count` (0 for the first), each once, at most ⌈rate·count⌉; `rate` is what it
 * chooses in the mean: it bounds the slots, and is what an audit compares with. Without `choose`, `selection` and its kin say how.
 *
 * @throws {RangeError} naming every field that is unknown or out of range
 */
export function policy<P extends MaskPolicy & { readonly name: string }>(fields: P): P {
  const problems = policyProblems(fields);
  if (!fields.name) problems.unshift('name must say what it is called in messages and tables');
  if (problems.length > 0) throw new RangeError(`policy '${fields.name}': ${problems.join('; ')}.`);
  return fields;
}
