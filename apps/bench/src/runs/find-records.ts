import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { arrivingFolder } from '@cloze/sweeps/node';
import { z } from 'zod';
import { readCompactRecord } from './compact-record.ts';
import { isRun } from './find-run-folders.ts';
import { type RunRecord, readJson, readRecord } from './run-record.ts';

/** A folder or file that gave no record, and why. */
export interface NoRecord {
  readonly folder: string;
  readonly reason: string;
}

/** Finished runs below a root. */
export interface FoundRecords {
  readonly records: readonly RunRecord[];
  /** Runs that failed or are not finished. */
  readonly unfinished: readonly NoRecord[];
  /** Records that are torn, or none: they keep no other from being read. */
  readonly unreadable: readonly NoRecord[];
}

const failureSchema = z.looseObject({ reason: z.string() });

function failureOf(folder: string): string {
  const failure = join(folder, 'failure.json');
  try {
    return existsSync(failure) ? readJson(failure, failureSchema).reason : 'not finished';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Reads every record below a root: run folders, and the compact files that are committed. @throws naming a root that is not there */
export function findRecords(root: string): FoundRecords {
  if (!existsSync(root)) throw new Error(`${root} is not there; give the folder that bench run wrote to.`);
  const records: RunRecord[] = [];
  const unfinished: NoRecord[] = [];
  const unreadable: NoRecord[] = [];
  const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  // What a sweep gathers there is no run yet.
  const folders = readdirSync(root)
    .filter((name) => name !== arrivingFolder)
    .map((name) => join(root, name));
  // The folder of one recipe may be given as well: then the runs lie in it.
  const inside = (folder: string) =>
    isRun(folder)
      ? [folder]
      : readdirSync(folder)
          .sort()
          .map((name) => join(folder, name));
  for (const folder of folders.sort().filter(isFolder)) {
    for (const path of inside(folder)) {
      try {
        if (path.endsWith('.json')) records.push(readCompactRecord(path));
        else if (existsSync(join(path, 'manifest.json'))) records.push(readRecord(path));
        else if (existsSync(join(path, 'spec.json'))) unfinished.push({ folder: path, reason: failureOf(path) });
      } catch (error) {
        unreadable.push({ folder: path, reason: error instanceof Error ? error.message : String(error) });
      }
    }
  }
  return { records, unfinished, unreadable };
}
