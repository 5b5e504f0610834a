import { problemsOf } from './problems-of.ts';
import { refuse } from './refuse.ts';
import type { Rules } from './rule.ts';

/**
 * Checks an object of options: names, values, and what must be given; an option left out or `undefined` keeps its default.
 *
 * @param where the public function, as messages begin
 * @throws {RangeError} naming everything that is wrong, and the name that may have been meant
 */
export function checkOptions<T>(where: string, options: T, rules: Rules<NonNullable<T>>): void {
  refuse(where, problemsOf(options, rules));
}
