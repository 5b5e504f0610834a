/**
 * Throws what is wrong, all of it in one sentence; nothing happens if nothing is.
 *
 * @throws {RangeError} `where: this; that.`
 */
export function refuse(where: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new RangeError(`${where}: ${problems.join('; ').replace(/(?<![?])$/, '.')}`);
}
