import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where a follower gathers records, beside the runs: it holds none yet. */
export const arrivingFolder = '.arriving';

/** What lies in a run's folder while it runs, or tells how it went, and is no part of its record. */
const passing =
  /^(manifest\.json|begun\.json|failure\.json|log\.txt|lease|lock-.*\.json|checkpoints-.*|.*\.partial|\..*)$/;

/**
 * All files of a record but its manifest, as paths below its folder, sorted: a model that the run made among them.
 *
 * Not of it: what tells how the run goes (`begun.json`, `failure.json`, `log.txt`, `lease`, `lock-…`), `checkpoints-…`, files half written
 * (`….partial`) and hidden ones.
 */
export function recordFiles(folder: string): string[] {
  const below = (path: string): string[] =>
    readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => {
      const name = path === '' ? entry.name : `${path}/${entry.name}`;
      if (path === '' && passing.test(entry.name)) return [];
      return entry.isDirectory() ? below(name) : [name];
    });
  return below('').sort();
}
