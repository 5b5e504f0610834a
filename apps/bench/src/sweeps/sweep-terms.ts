import { statSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '@cloze/sweeps/node';
import { hashFile } from 'cloze/terminal';
import { z } from 'zod';
import { recipeOf } from '../recipes/all-recipes.ts';
import { encoderOf } from '../runs/encoder-of.ts';
import { specSchema } from '../runs/record-schema.ts';
import type { RunSpec } from '../runs/run-spec.ts';
import { codeHash } from './code-hash.ts';

const sharedSchema = z.object({
  /** Hash of the code that runs. */
  code: z.string(),
  /** SHA-256 of each file below the data folder that the recipes read; null without a folder. */
  data: z.union([z.null(), z.record(z.string(), z.string())]),
  encoder: z.union([z.null(), z.object({ name: z.string(), sha256: z.string() })]),
});
/** What all who work on a sweep must share, so that a run is the same wherever it is done. */
export type Shared = z.infer<typeof sharedSchema>;

/** Whether a value is that. */
export const isShared = (value: unknown): value is Shared => sharedSchema.safeParse(value).success;

/** Whether a value is what runs of recipes are told. */
export const isSpec = (value: unknown): value is RunSpec => specSchema.safeParse(value).success;

/** Where a machine has what runs need. */
export interface Inputs {
  readonly data: string | undefined;
  readonly encoder: string | undefined;
}

/** SHA-256 of files below a folder, by path. */
async function hashesOf(folder: string, paths: readonly string[]): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const path of [...new Set(paths)].sort()) hashes[path] = (await hashFile(join(folder, path))).sha256;
  return hashes;
}

/** What this machine has for some files of the data folder. */
const sharedHere = async ({ data, encoder }: Inputs, paths: readonly string[]): Promise<Shared> => ({
  code: codeHash(),
  data: data === undefined ? null : await hashesOf(data, paths),
  encoder: encoder === undefined ? null : encoderOf(encoder),
});

/** What a sweep of recipes shares that begins on this machine. */
export const sharedBy = (recipes: readonly string[], inputs: Inputs): Promise<Shared> =>
  sharedHere(
    inputs,
    recipes.flatMap((name) => [...recipeOf(name).data]),
  );

/** What a sweep shares that goes on with other recipes too, which may read files that the others do not. */
export const joined = (there: Shared, own: Shared): Shared => ({
  ...there,
  data: own.data && { ...there.data, ...own.data },
});

const short = (hash: string) => hash.slice(0, 12);

/** What of two sweeps differs, in words; undefined where a run is the same under both. */
export function differs(own: Shared, there: Shared): string | undefined {
  if (own.code !== there.code)
    return `it was begun by other code (${short(there.code)}, here ${short(own.code)}); check out the same commit`;
  if (canonicalJson(own.encoder) !== canonicalJson(there.encoder))
    return `it begins from another encoder (${there.encoder ? short(there.encoder.sha256) : 'none'}, here ${own.encoder ? short(own.encoder.sha256) : 'none'})`;
  if ((own.data === null) !== (there.data === null))
    return there.data === null
      ? 'it reads poems, here a data folder is given'
      : 'it reads a data folder; give yours with --data';
  const other = Object.entries(there.data ?? {}).find(
    ([path, hash]) => own.data?.[path] !== undefined && own.data[path] !== hash,
  );
  return other && `${other[0]} is another file there (${short(other[1])}, here ${short(own.data?.[other[0]] ?? '')})`;
}

/** Why a machine cannot do the runs of a sweep, in words; undefined where it can. @param there what the sweep shares @param inputs what this machine has */
export async function cannotWork(there: Shared, inputs: Inputs): Promise<string | undefined> {
  const { data, encoder } = inputs;
  const paths = Object.keys(there.data ?? {});
  const missing = paths.find((path) => data !== undefined && !statSync(join(data, path), { throwIfNoEntry: false }));
  if (missing !== undefined) return `it reads ${missing}, which ${data} lacks`;
  if (there.encoder !== null && encoder === undefined)
    return `it begins from an encoder (${short(there.encoder.sha256)}); give yours with --encoder`;
  const own = await sharedHere(inputs, paths);
  // A folder that the sweep does not read is no matter.
  return differs(there.data === null ? { ...own, data: null } : own, there);
}
