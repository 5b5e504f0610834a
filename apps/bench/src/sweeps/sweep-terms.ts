import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { hashFile } from 'cloze/terminal';
import { z } from 'zod';
import { recipeOf } from '../recipes/all-recipes.ts';
import { canonicalJson } from '../runs/canonical-json.ts';
import { encoderOf } from '../runs/encoder-of.ts';
import { codeHash } from './code-hash.ts';

/** Of the keys and values that a sweep has in Redis; another one is another program's. */
export const queueFormat = 1;

/** What all who work on a sweep must share, so that a run is the same wherever it is done. */
export const termsSchema = z.object({
  format: z.int(),
  /** Of this sweep; new for each that begins. */
  id: z.string(),
  /** Hash of the code that runs. */
  code: z.string(),
  /** SHA-256 of each file below the data folder that the recipes read; null without a folder. */
  data: z.union([z.null(), z.record(z.string(), z.string())]),
  encoder: z.union([z.null(), z.object({ name: z.string(), sha256: z.string() })]),
  /** Seconds after which the run of a worker that is not heard of goes to another. */
  heartbeat: z.number().positive(),
  cancelled: z.boolean(),
});
export type SweepTerms = z.infer<typeof termsSchema>;

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

/** The terms of a new sweep of recipes. */
export async function newTerms(
  recipes: readonly string[],
  { data, encoder }: Inputs,
  heartbeat: number,
): Promise<SweepTerms> {
  const paths = recipes.flatMap((name) => [...recipeOf(name).data]);
  return {
    format: queueFormat,
    id: randomUUID(),
    code: codeHash(),
    data: data === undefined ? null : await hashesOf(data, paths),
    encoder: encoder === undefined ? null : encoderOf(encoder),
    heartbeat,
    cancelled: false,
  };
}

const short = (hash: string) => hash.slice(0, 12);

/** What of two sweeps' terms differs, in words; undefined where a run is the same under both. */
export function termsDiffer(own: SweepTerms, there: SweepTerms): string | undefined {
  if (own.format !== there.format) return `it is of version ${there.format}, this program's is ${own.format}`;
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

/**
 * Why a machine cannot do the runs of a sweep, in words; undefined where it can.
 *
 * @param there the sweep's terms @param inputs what this machine has
 */
export async function cannotWork(there: SweepTerms, { data, encoder }: Inputs): Promise<string | undefined> {
  const paths = Object.keys(there.data ?? {});
  const missing = paths.find((path) => data !== undefined && !statSync(join(data, path), { throwIfNoEntry: false }));
  if (missing !== undefined) return `it reads ${missing}, which ${data} lacks`;
  if (there.encoder !== null && encoder === undefined)
    return `it begins from an encoder (${short(there.encoder.sha256)}); give yours with --encoder`;
  const own: SweepTerms = {
    ...there,
    format: queueFormat,
    code: codeHash(),
    data: data === undefined ? null : await hashesOf(data, paths),
    encoder: encoder === undefined ? null : encoderOf(encoder),
  };
  // A folder that the sweep does not read is no matter.
  return termsDiffer(there.data === null ? { ...own, data: null } : own, there);
}
