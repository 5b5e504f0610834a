import { refuse } from './refuse.ts';
import type { Rules } from './rule.ts';

/**
 * Checks values that must all be there, such as a function's positional arguments or options whose defaults are filled in.
 *
 * @param where the public function, as messages begin
 * @throws {RangeError} naming every value that does not keep its rule
 */
export function checkArguments<T extends object>(where: string, values: T, rules: Rules<T>): void {
  let wrong: readonly string[] = [];
  for (const name in rules) wrong = wrong.concat(rules[name].problems(name, values[name]));
  refuse(where, wrong);
}
