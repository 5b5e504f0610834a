/** What a package may weigh: tarball and installed, with and without optional dependencies, and the packages that come with it. */
export interface Ceiling {
  readonly tarballKilobytes: number;
  readonly megabytes: number;
  readonly megabytesWithoutOptional: number;
  readonly packages: number;
}

/** Where a package weighs more than it may, a sentence each; two per cent more are another version of somebody else's. */
export function overCeiling(name: string, weight: Ceiling, allowed: Ceiling | undefined): string[] {
  if (!allowed) return [`${name}: no ceiling; run with --update-ceilings if its size is meant.`];
  const keys = ['tarballKilobytes', 'megabytes', 'megabytesWithoutOptional', 'packages'] as const;
  return keys
    .filter((key) => weight[key] > 1.02 * allowed[key] + 0.1)
    .map(
      (key) => `${name}: ${key} is ${weight[key]}, the ceiling ${allowed[key]}; --update-ceilings if that is meant.`,
    );
}
