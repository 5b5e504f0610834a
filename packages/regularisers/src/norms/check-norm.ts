import type { Scope } from '../scope/scope.ts';
import type { NormOver } from './length-of.ts';

/** @throws {RangeError} for a norm a sample where x has no samples @internal */
export function checkNorm<P, B>(where: string, norm: NormOver, { rows }: Scope<P, B>): void {
  if (norm === 'perSample' && rows === 'table')
    throw new RangeError(
      `${where}: norm 'perSample' needs a scope with a row a sample (occurrenceScope), this one is a table.`,
    );
}
