import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Folders of runs at or below a folder, two levels deep. */
export function findRunFolders(folder: string, depth = 2): string[] {
  if (existsSync(join(folder, 'spec.json'))) return [folder];
  if (depth === 0 || !existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isDirectory())
    .sort()
    .flatMap((path) => findRunFolders(path, depth - 1));
}

/** Committed records (`.json` files) in the folders of a folder. */
export function findCompactRecords(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isDirectory() && !existsSync(join(path, 'spec.json')))
    .sort()
    .flatMap((inner) =>
      readdirSync(inner)
        .filter((name) => name.endsWith('.json'))
        .sort()
        .map((name) => join(inner, name)),
    );
}
