/**
 * Puts back the two functions of `util` that tfjs-node 4.22 calls and Node 23 removed. They stay: tfjs-node calls them while it runs.
 *
 * @param util CommonJS's `util`, which is one object for the whole process
 * @internal
 */
export function restoreUtil(util: Record<string, unknown>): void {
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}
