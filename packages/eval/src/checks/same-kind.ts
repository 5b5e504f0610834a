import { whatIs } from '@cloze/checks';

/** A list of names or numbers of classes, with what it is called in messages. */
export type NamedClasses = readonly [name: string, values: ArrayLike<unknown>];

const isClass = (value: unknown) => typeof value === 'string' || (typeof value === 'number' && !Number.isNaN(value));

/**
 * Refuses classes that cannot equal each other: `'1'` is never `1`, and a figure of both would be 0 without a word.
 *
 * @param where begins the message
 * @throws {TypeError} unless all values of all lists are strings, or all are numbers; NaN is no class
 */
export function sameKind(where: string, ...lists: readonly NamedClasses[]): void {
  let first: { readonly kind: string; readonly where: string; readonly what: string } | undefined;
  for (const [name, values] of lists) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (!isClass(value))
        throw new TypeError(
          `${where}: ${name}[${i}] is ${whatIs(value)}; give all classes as strings, or all as numbers.`,
        );
      if (!first) first = { kind: typeof value, where: `${name}[${i}]`, what: whatIs(value) };
      else if (first.kind !== typeof value)
        throw new TypeError(
          `${where}: ${first.where} is ${first.what}, ${name}[${i}] is ${whatIs(value)}: they never equal each other; give all classes as strings, or all as numbers.`,
        );
    }
  }
}
