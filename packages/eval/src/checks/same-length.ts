import { checkValues } from '@cloze/checks';

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
