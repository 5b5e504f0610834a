import { mkdir, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, normalize, resolve } from 'node:path';
import type { HostTensor, StoredFloat } from '@cloze/backend';
import { anything, checkOptions, either, oneOf, real } from '@cloze/checks';
import { CheckpointError } from '../checkpoint-error.ts';
import { checkpointFromParameters } from '../convert-parameters.ts';
import { configToHub } from '../hub-config.ts';
import type { Pretrained } from '../source/pretrained.ts';
import { splitIntoShards } from '../split-into-shards.ts';
import { writeSafetensors } from '../write-safetensors.ts';

/** How the weights are written. */
export interface SaveOptions {
  /** Type of the numbers in the file, default `float32`. 16-bit files are half as large; loading widens them, rounded as they are. */
  readonly dtype?: StoredFloat;
  /** Bytes of one file's weights, default one file for all (transformers' default is 50e9). More are listed in `model.safetensors.index.json`. */
  readonly maxShardSize?: number;
  /** Files that hold the weights in place of `model.safetensors`, by name, each made when it is written: ONNX, say. */
  readonly weightFiles?: Readonly<Record<string, () => Uint8Array>>;
  /** Further files of the folder, by name: a model card, say. */
  readonly otherFiles?: Readonly<Record<string, Uint8Array>>;
}

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

/** Judges that a folder may be replaced. @throws {CheckpointError} where it holds files and is no model */
async function judgeTarget(target: string): Promise<void> {
  const found = await stat(target).catch(() => undefined);
  if (!found) return;
  if (!found.isDirectory()) throw new CheckpointError(`${target} is a file; name a folder for the model.`);
  const names = await readdir(target);
  if (names.length > 0 && !names.some((name) => /config.*\.json$/.test(name)))
    throw new CheckpointError(`${target} holds files that are no model, and would be replaced; name another folder.`);
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
 * @throws {CheckpointError} for a `maxShardSize` that is no positive number, and a folder that holds files and is no model
 */
export async function savePretrained(
  folder: string,
  model: Partial<Pretrained> & Pick<Pretrained, 'parameters' | 'config'>,
  options: SaveOptions = {},
): Promise<void> {
  checkOptions('savePretrained', options, {
    dtype: oneOf(['float32', 'float16', 'bfloat16']),
    maxShardSize: either(real(), oneOf([Number.POSITIVE_INFINITY])),
    otherFiles: anything,
    weightFiles: anything,
  });
  const { dtype = 'float32', maxShardSize = Number.POSITIVE_INFINITY, otherFiles = {}, weightFiles } = options;

  const {
    parameters,
    config,
    family = 'bert',
    file = {},
    tokenizerFiles = {},
    otherFiles: keptFiles = {},
    ...extras
  } = model;
  const target = resolve(folder);
  await mkdir(dirname(target), { recursive: true });
  await recoverFolder(target);
  await judgeTarget(target);
  const fresh = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    const { pooler, detector, classifier, classifierDense, span, sentenceOrder, head } = extras;
    const parts = {
      family,
      ...(pooler && { pooler }),
      ...(detector && { detector }),
      ...(classifier && { classifier }),
      ...(classifierDense && { classifierDense }),
      ...(span && { span }),
      ...(sentenceOrder && { sentenceOrder }),
      ...(head && { head }),
    };
    const tensors = weightFiles ? new Map<string, HostTensor>() : checkpointFromParameters(parameters, config, parts);
    const writeInside = async (name: string, bytes: Uint8Array) => {
      const path = join(fresh, normalize(`/${name}`));
      await mkdir(dirname(path), { recursive: true });
      await writeDurably(path, bytes);
    };
    const writeJson = (name: string, value: unknown) =>
      writeDurably(join(fresh, name), new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`));
    await writeJson(
      'config.json',
      configToHub(config, { ...parts, file, dtype, tied: !parameters.languageModel.output }),
    );
    const width = dtype === 'float32' ? 4 : 2;
    const sizes = [...tensors].map(
      ([
        name,
        {
          values: { length },
        },
      ]) => [name, { elements: length, bytes: length * width }] as const,
    );
    const { files, index } = splitIntoShards(new Map(sizes), maxShardSize);
    for (const [name, make] of Object.entries(weightFiles ?? {})) await writeInside(name, make());
    for (const [name, names] of weightFiles ? [] : files) {
      const shard = new Map(names.map((tensor) => [tensor, tensors.get(tensor) as HostTensor]));
      await writeDurably(join(fresh, name), writeSafetensors(shard, undefined, { dtype }));
    }
    if (index) await writeJson('model.safetensors.index.json', index);
    for (const [name, bytes] of Object.entries({ ...keptFiles, ...tokenizerFiles, ...otherFiles }))
      await writeInside(name, bytes);
    await takeName(fresh, target);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
}
