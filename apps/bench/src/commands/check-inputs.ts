import { statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from 'cloze/terminal';
import type { Recipe, Size } from '../recipes/define-recipe.ts';

/** What a recipe's runs are given on this machine. */
export interface RunInputs {
  readonly data: string | undefined;
  readonly size: Size;
  readonly encoder: string | undefined;
}

/** Whether a recipe's runs can begin with what is given. @throws {UsageError} naming what is missing, or given in vain */
export function checkInputs(
  { name, data: files, startsFromEncoder }: Recipe,
  { data, size, encoder }: RunInputs,
  say: (line: string) => void,
): void {
  const missing = files.filter((path) => data !== undefined && !statSync(join(data, path), { throwIfNoEntry: false }));
  if (data === undefined && size !== 'tiny' && files.length > 0)
    throw new UsageError(`${name} at size ${size} reads ${files.join(', ')}: give the folder with --data.`);
  if (missing.length > 0) throw new UsageError(`${data} lacks ${missing.join(', ')}.`);
  if (startsFromEncoder === 'never' && encoder !== undefined)
    throw new UsageError(`${name}: its runs begin from fresh weights; leave --encoder out.`);
  if (startsFromEncoder === 'always' && encoder === undefined && size !== 'tiny')
    say(`${name}: no --encoder: every run begins from fresh weights. Make one with: bench run pretrain --data …`);
}
