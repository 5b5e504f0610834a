/**
 * Gives `util` the two functions that tfjs-node 4.22 calls while it runs: Node 22 warns of them on standard error, Node 23 removed one.
 *
 * @param util CommonJS's `util`, which is one object for the whole process
 * @internal
 */
export function restoreUtil(util: Record<string, unknown>): void {
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  util.isArray = Array.isArray;
}
