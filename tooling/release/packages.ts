import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a rehearsal reads of a `package.json`. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** A package that is published. */
export interface Package {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly readme: string;
  /** What its README says to install. */
  readonly asked: readonly string[];
}

/** The manifest of a folder. */
export const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** The packages of a repository. */
export function packagesOf(repository: string): Package[] {
  return readdirSync(join(repository, 'packages')).map((name) => {
    const folder = join(repository, 'packages', name);
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    const line = /^npm install ([^#\n]+)/m.exec(readme)?.[1];
    const manifest = readManifest(folder);
    return {
      folder,
      manifest,
      readme,
      asked: line
        ? line
            .trim()
            .split(/\s+/)
            .filter((word) => !word.startsWith('-'))
        : [manifest.name],
    };
  });
}

/** @throws naming packages whose first version no changeset makes: they stay at 0.0.0, or become 0.0.1 with what they need */
export function checkReleased(packages: readonly { readonly manifest: Pick<Manifest, 'name' | 'version'> }[]): void {
  const left = packages.filter(({ manifest }) => manifest.version.startsWith('0.0.'));
  if (left.length > 0)
    throw new Error(
      `${left.map(({ manifest }) => manifest.name).join(', ')}: no changeset releases it; add one by 'pnpm changeset'.`,
    );
}
