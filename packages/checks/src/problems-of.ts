import { nearestName } from './nearest-name.ts';
import type { Rule, Rules } from './rule.ts';
import { shown } from './shown.ts';

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
