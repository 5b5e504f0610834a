import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from './usage-error.ts';

/** Judges, before any work, that a model may be saved in a folder: saving replaces what is there. @throws {UsageError} where that is no model */
export function checkModelFolder(folder: string): void {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory()) throw new UsageError(`--out ${folder} is a file; name a folder.`);
  if (readdirSync(folder).length > 0 && !existsSync(join(folder, 'config.json')))
    throw new UsageError(`--out ${folder} holds files that are no model, and would be replaced; name another folder.`);
}
