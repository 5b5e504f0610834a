import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { arrivingFolder } from '@cloze/sweeps/node';
import { everyRunHas } from './run-record.ts';

const foldersIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name !== arrivingFolder)
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory())
    .sort();

/** Whether a folder is a run's, by any of the files that every run has: a run that lost its spec is one too. */
export const isRun = (folder: string) =>
  [...everyRunHas, 'manifest.json'].some((name) => existsSync(join(folder, name)));

/** Folders of runs at or below a folder, two levels deep. */
export function findRunFolders(folder: string, depth = 2): string[] {
  if (isRun(folder)) return [folder];
  if (depth === 0 || !existsSync(folder)) return [];
  return foldersIn(folder).flatMap((path) => findRunFolders(path, depth - 1));
}

/** Committed records (`.json` files) in the folders of a folder. */
export function findCompactRecords(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return foldersIn(folder)
    .filter((path) => !isRun(path))
    .flatMap((inner) =>
      readdirSync(inner)
        .filter((name) => name.endsWith('.json'))
        .sort()
        .map((name) => join(inner, name)),
    );
}
