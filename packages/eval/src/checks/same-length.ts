import { whatIs } from './text-checks.ts';

/** Refuses what is no list of values: an array or a typed array. @param where begins the message @throws {TypeError} saying what it is */
export function checkValues(where: string, name: string, values: unknown): asserts values is ArrayLike<unknown> {
  if (!Array.isArray(values) && !(ArrayBuffer.isView(values) && !(values instanceof DataView)))
    throw new TypeError(`${where}: ${name} must be a list, got ${whatIs(values)}.`);
}

/** @throws {TypeError} for what is no list @throws {RangeError} unless both lists have the same length, at least one */
export function sameLength(
  where: string,
  first: readonly [name: string, values: unknown],
  second: readonly [name: string, values: unknown],
): void {
  const [one, two] = [first, second].map(([name, values]) => {
    checkValues(where, name, values);
    return values.length;
  });
  if (one !== two || one === 0)
    throw new RangeError(
      `${where}: expected equally many ${first[0]} and ${second[0]}, at least one; got ${one} and ${two}.`,
    );
}
