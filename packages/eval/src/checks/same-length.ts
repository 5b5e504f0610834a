/** @throws {RangeError} unless both lists have the same length, at least one */
export function sameLength(where: string, first: readonly [string, number], second: readonly [string, number]): void {
  if (first[1] !== second[1] || first[1] === 0) {
    throw new RangeError(
      `${where}: expected equally many ${first[0]} and ${second[0]}, at least one; got ${first[1]} and ${second[1]}.`,
    );
  }
}
