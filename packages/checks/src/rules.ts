import { problemsOf, type Rule, type Rules } from './check-options.ts';
import { nearestName } from './nearest-name.ts';
import { shown } from './shown.ts';

/** A rule of your own: what is expected, as it follows "must be", and whether a value is that. */
export const ruleOf = (expected: string, holds: (value: unknown) => boolean): Rule => ({
  expected,
  problems: (name, value) => (holds(value) ? [] : [`${name} must be ${expected}, got ${shown(value)}`]),
});

/** A whole number that doubles hold exactly, from `least` to `most`; without them any of −(2⁵³ − 1) to 2⁵³ − 1. */
export function whole(least = Number.MIN_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER): Rule {
  const from = least === Number.MIN_SAFE_INTEGER ? '' : ` from ${least}`;
  const to = most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`;
  return ruleOf(
    `a whole number${from}${to}`,
    (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most,
  );
}

/** Where a number may lie: `from` and `to` are within, `above` and `below` are not; without one it is unbounded there. */
export interface Bounds {
  readonly from?: number;
  readonly above?: number;
  readonly to?: number;
  readonly below?: number;
}

/** A finite number within bounds. */
export function real({ from, above, to, below }: Bounds = {}): Rule {
  const bounds = [
    ...(from === undefined ? [] : [`from ${from}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(to === undefined ? [] : [from === undefined ? `up to ${to}` : `to ${to}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
  ];
  const joined = from !== undefined && to !== undefined ? bounds.join(' ') : bounds.join(' and ');
  return ruleOf(
    bounds.length === 0 ? 'a finite number' : `a number ${joined}`,
    (value) =>
      typeof value === 'number' &&
      Number.isFinite(value) &&
      (from === undefined || value >= from) &&
      (above === undefined || value > above) &&
      (to === undefined || value <= to) &&
      (below === undefined || value < below),
  );
}

/** One of some values; of a text that is none of them the nearest is named. */
export function oneOf(known: readonly (string | number)[]): Rule {
  const expected = known.length === 1 ? String(known[0]) : `one of ${known.join(', ')}`;
  const names = known.filter((name) => typeof name === 'string');
  return {
    expected,
    problems: (name, value) => {
      if (known.some((one) => one === value)) return [];
      const meant = typeof value === 'string' && names.length > 0 ? nearestName(value, names) : '';
      const hint = meant.startsWith('did') ? ` (${meant})` : '';
      return [`${name} must be ${expected}, got ${shown(value)}${hint}`];
    },
  };
}

/** True or false. */
export const flag: Rule = ruleOf('true or false', (value) => typeof value === 'boolean');

/** A text, empty ones too. */
export const text: Rule = ruleOf('a text', (value) => typeof value === 'string');

/** An address without a name or password of its own: messages and logs show addresses. What is wrong is said without it. */
export const address: Rule = {
  expected: 'an address without a name or password in it',
  problems: (name, value) => {
    if (typeof value !== 'string') return text.problems(name, value);
    const holdsName = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*@/i.test(value);
    return holdsName
      ? [`${name} holds a name or password, which messages and logs would show; leave it out of the address`]
      : [];
  },
};

/** A function. */
export const callable: Rule = ruleOf('a function', (value) => typeof value === 'function');

/** Anything that is there: what looks at it later says more. */
export const anything: Rule = ruleOf('given', (value) => value !== undefined && value !== null);

/** Whatever there is, null too: what looks at it later says it in its own words. */
export const unchecked: Rule = ruleOf('given', () => true);

/** A list, or a typed array, of at least `least` values that each keep a rule; what does not is named by its place, the first five of them. */
export function listOf(each: Rule, least = 0): Rule {
  const expected = `a list of at least ${least}, each ${each.expected}`;
  const isList = (value: unknown): value is ArrayLike<unknown> =>
    Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);
  return {
    expected,
    problems: (name, value) => {
      if (!isList(value)) return [`${name} must be ${expected}, got ${shown(value)}`];
      if (value.length < least) return [`${name} must have at least ${least}, got ${value.length}`];
      let wrong: string[] = [];
      for (let i = 0; i < value.length && wrong.length < 5; i++)
        wrong = wrong.concat(each.problems(`${name}[${i}]`, value[i]));
      return wrong;
    },
  };
}

/** An object with options of its own. */
export const record = <T extends object>(rules: Rules<T>): Rule => ({
  expected: `an object with ${Object.keys(rules).join(', ')}`,
  problems: (name, value) =>
    typeof value === 'object' && value !== null
      ? problemsOf<object>(value, rules, `${name}.`)
      : [`${name} must be an object, got ${shown(value)}`],
});

/** What one of several rules allows: `either(whole(1), oneOf([Infinity]))`. */
export function either(...rules: readonly Rule[]): Rule {
  const expected = rules.map((one) => one.expected).join(' or ');
  return ruleOf(expected, (value) => rules.some((one) => one.problems('', value).length === 0));
}

/** The same rule for an option that must be given. */
export const needed = (of: Rule): Rule => ({ ...of, needed: true });
