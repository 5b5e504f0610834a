import { nearestName } from './nearest-name.ts';
import { shown } from './shown.ts';

/** What a value must be. */
export interface Rule {
  /** What is expected, as it follows "must be": `a whole number from 1`. */
  readonly expected: string;
  /** What is wrong with a value, each in half a sentence that begins with its name; nothing if it fits. */
  readonly problems: (name: string, value: unknown) => readonly string[];
  /** Options: whether it must be given, default false. */
  readonly needed?: boolean;
}

/** A rule for every option of a type: one that nobody decided about does not compile. */
export type Rules<T> = { readonly [K in keyof T]-?: Rule };

/**
 * Everything that is wrong with options, each in half a sentence: names there are not, options that must be given and are not, values.
 *
 * @param within where the options stand, such as `groups[0].`; default nowhere
 */
export function problemsOf<T>(options: T, rules: Rules<NonNullable<T>>, within = ''): string[] {
  if (typeof options !== 'object' || options === null)
    return [`${within.replace(/\.$/, '') || 'options'} must be an object, got ${shown(options)}`];
  const all = new Map<string, Rule>(Object.entries(rules));
  const given = new Map<string, unknown>(Object.entries(options));
  const names = [...all.keys()];
  const unknown = [...given.keys()]
    .filter((name) => !all.has(name))
    .map((name) => `there is no option '${within}${name.slice(0, 60)}', ${nearestName(name, names)}`);
  const wrong = [...all].flatMap(([name, rule]) => {
    const value = given.get(name);
    if (value !== undefined) return rule.problems(`${within}${name}`, value);
    return rule.needed
      ? [`${within}${name} must be given${rule.expected === 'given' ? '' : `, ${rule.expected}`}`]
      : [];
  });
  return [...unknown, ...wrong];
}

/**
 * Throws what is wrong, all of it in one sentence; nothing happens if nothing is.
 *
 * @throws {RangeError} `where: this; that.`
 */
export function refuse(where: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new RangeError(`${where}: ${problems.join('; ').replace(/(?<![?])$/, '.')}`);
}

/**
 * Checks an object of options: names, values, and what must be given; an option left out or `undefined` keeps its default.
 *
 * @param where the public function, as messages begin
 * @throws {RangeError} naming everything that is wrong, and the name that may have been meant
 */
export function checkOptions<T>(where: string, options: T, rules: Rules<NonNullable<T>>): void {
  refuse(where, problemsOf(options, rules));
}

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
