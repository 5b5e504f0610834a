import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type CompactRecord, expandRecord } from './compact-record.ts';
import { isFinished, type RunRecord, readRecord } from './run-record.ts';

/** Finished runs below a root, and folders of runs that failed or are not finished. */
export interface FoundRecords {
  readonly records: readonly RunRecord[];
  readonly unfinished: readonly { readonly folder: string; readonly reason: string }[];
}

/** Reads every record below a root: run folders, and the compact files that are committed. @throws naming a root that is not there */
export function findRecords(root: string): FoundRecords {
  if (!existsSync(root)) throw new Error(`${root} is not there; give the folder that bench run wrote to.`);
  const records: RunRecord[] = [];
  const unfinished: { folder: string; reason: string }[] = [];
  for (const recipe of readdirSync(root).sort()) {
    if (!statSync(join(root, recipe)).isDirectory()) continue;
    for (const name of readdirSync(join(root, recipe)).sort()) {
      const path = join(root, recipe, name);
      if (name.endsWith('.json'))
        records.push(expandRecord(path, JSON.parse(readFileSync(path, 'utf8')) as CompactRecord));
      else if (isFinished(path)) records.push(readRecord(path));
      else if (existsSync(join(path, 'spec.json'))) {
        const failure = join(path, 'failure.json');
        const reason = existsSync(failure)
          ? (JSON.parse(readFileSync(failure, 'utf8')) as { reason: string }).reason
          : 'not finished';
        unfinished.push({ folder: path, reason });
      }
    }
  }
  return { records, unfinished };
}
