import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { strangersIn } from '@cloze/encoder/node';
import { placeOf } from './output-file.ts';
import { UsageError } from './usage-error.ts';

/**
 * Judges, before any work, that a model may be saved in a folder: saving replaces what is there.
 *
 * @param from the folder or hub id of the model that is read @throws {UsageError} where what is there is no model, or the model that is read
 */
export function checkModelFolder(folder: string, from?: string): void {
  if (!existsSync(folder)) return;
  if (from !== undefined && placeOf(from) === placeOf(folder))
    throw new UsageError(`--out ${folder} is the model that is read, and would be replaced; name another folder.`);
  if (!statSync(folder).isDirectory()) throw new UsageError(`--out ${folder} is a file; name a folder.`);
  const names = readdirSync(folder);
  if (names.length > 0 && !existsSync(join(folder, 'config.json')))
    throw new UsageError(`--out ${folder} holds files that are no model, and would be replaced; name another folder.`);
  const strangers = strangersIn(names);
  if (strangers.length > 0)
    throw new UsageError(
      `--out ${folder} holds '${strangers.slice(0, 5).join("', '")}' beside its model, which would be lost; move them, or name another folder.`,
    );
}
