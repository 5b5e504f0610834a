import { mkdir, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, normalize, resolve } from 'node:path';
import { CheckpointError } from '../checkpoint-error.ts';
import { someNames } from '../file-names.ts';
import type { Pretrained } from '../source/pretrained.ts';
import { checkSaveOptions, pretrainedFiles, type SaveOptions } from '../source/pretrained-files.ts';
import { strangersIn } from './model-folder.ts';

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes names that were given or taken in a folder last: a rename is one only when its folder is on disk. */
async function flushFolder(folder: string): Promise<void> {
  const opened = await open(folder, 'r').catch(() => undefined);
  // Some systems have no way to flush a folder.
  await opened?.sync().catch(() => {});
  await opened?.close();
}

/** What the folder that steps aside is called, beside its own name: a load finds it there if the process ended in between. */
export const asideOf = (target: string): string => join(dirname(target), `.${basename(target)}.before`);

/** Gives a whole new folder the name of another. That one steps aside first, for no rename replaces a full folder, and comes back if the second rename fails. */
async function takeName(fresh: string, target: string): Promise<void> {
  const exists = await stat(target).then(
    () => true,
    () => false,
  );
  await flushFolder(fresh);
  const aside = asideOf(target);
  if (exists) {
    await rm(aside, { recursive: true, force: true });
    await rename(target, aside);
  }
  try {
    await rename(fresh, target);
  } catch (error) {
    if (exists) await rename(aside, target);
    throw error;
  }
  await flushFolder(dirname(target));
  await rm(aside, { recursive: true, force: true });
}

/** Judges that a folder may be replaced. @throws {CheckpointError} where it holds files that are no model's */
async function judgeTarget(target: string): Promise<void> {
  const found = await stat(target).catch(() => undefined);
  if (!found) return;
  if (!found.isDirectory()) throw new CheckpointError(`${target} is a file; name a folder for the model.`);
  const names = await readdir(target);
  if (names.length > 0 && !names.some((name) => /config.*\.json$/.test(name)))
    throw new CheckpointError(`${target} holds files that are no model, and would be replaced; name another folder.`);
  const strangers = strangersIn(names);
  if (strangers.length > 0)
    throw new CheckpointError(
      `${target} holds ${someNames(strangers)} beside its model, which would be lost; move them, or name another folder.`,
    );
}

/** Gives a folder its name back where a save ended between its two renames: then it lies whole beside its place. */
export async function recoverFolder(target: string): Promise<boolean> {
  const aside = asideOf(resolve(target));
  if (await stat(resolve(target)).catch(() => undefined)) return false;
  if (!(await stat(join(aside, 'config.json')).catch(() => undefined))) return false;
  await rename(aside, resolve(target));
  return true;
}

/**
 * Saves a model as Hugging Face lays it out: `config.json`, `model.safetensors`, the tokenizer's files.
 *
 * All or nothing: the files are written and flushed beside the folder, which then takes its name in one rename. A folder that is there is
 * replaced, and stays untouched if anything fails (a full disk, say). Where a process ends between the renames the former folder lies beside
 * its place, whole, and `loadPretrained` gives it its name back.
 *
 * @param folder its parent is made if it does not exist
 * @throws {CheckpointError} for a `maxShardSize` that is no positive number, and a folder that holds files that are no model's
 */
export async function savePretrained(
  folder: string,
  model: Partial<Pretrained> & Pick<Pretrained, 'parameters' | 'config'>,
  options: SaveOptions = {},
): Promise<void> {
  checkSaveOptions('savePretrained', options);
  const target = resolve(folder);
  await mkdir(dirname(target), { recursive: true });
  await recoverFolder(target);
  await judgeTarget(target);
  const fresh = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    for (const [name, bytes] of pretrainedFiles(model, options)) {
      const path = join(fresh, normalize(`/${name}`));
      await mkdir(dirname(path), { recursive: true });
      await writeDurably(path, bytes);
    }
    await takeName(fresh, target);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
}
