import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { hashFile } from 'cloze/terminal';
import type { RunRecord } from './run-record.ts';

/** Begins what a record calls a file that is kept outside of the clone. */
const mark = '$CLOZE_KEEP/';

/** What a record calls a file in the folder of `CLOZE_KEEP`: where that lies is of no one's concern. */
export const keptPath = (keep: string, file: string): string => `${mark}${relative(keep, file).split(sep).join('/')}`;

/** Hashes of the weights of encoders in folders and below them, checkpoints left out. */
export async function weightsBelow(folders: readonly string[]): Promise<ReadonlySet<string>> {
  const found = folders.filter(existsSync).flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /(^|[\\/])model\.safetensors$/.test(name) && !name.includes('checkpoint'))
      .map((name) => join(folder, name)),
  );
  return new Set(await Promise.all(found.map(async (file) => (await hashFile(file)).sha256)));
}

/** The weights that a record began from, by what it calls them: those of `--encoder` and those that were kept for several runs. */
export function weightsOf({
  spec,
  manifest,
}: Pick<RunRecord, 'spec' | 'manifest'>): readonly { readonly name: string; readonly sha256: string }[] {
  const given = spec.encoder?.sha256 ?? '';
  const kept = manifest.data
    .filter(({ path }) => path.startsWith(mark))
    .map(({ path: name, sha256 }) => ({ name, sha256 }));
  // One of the hub, or of another format, has no hash.
  return /^[0-9a-f]{64}$/.test(given) ? [{ name: 'its encoder', sha256: given }, ...kept] : kept;
}
