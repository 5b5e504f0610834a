import { mkdir, mkdtemp, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { HostTensor } from '@cloze/backend';
import { checkpointFromParameters } from '../convert-parameters.ts';
import { configToHub } from '../hub-config.ts';
import type { StoredFloat } from '../narrow-floats.ts';
import { splitIntoShards } from '../split-into-shards.ts';
import { writeSafetensors } from '../write-safetensors.ts';
import type { Pretrained } from './pretrained.ts';

/** How the weights are written. */
export interface SaveOptions {
  /** Type of the numbers in the file, default `float32`. 16-bit files are half as large; loading widens them, rounded as they are. */
  readonly dtype?: StoredFloat;
  /** Bytes of one file's weights, default one file for all (transformers' default is 50e9). More are listed in `model.safetensors.index.json`. */
  readonly maxShardSize?: number;
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

/**
 * Saves a model as Hugging Face lays it out: `config.json`, `model.safetensors`, the tokenizer's files.
 *
 * All or nothing: the files are written and flushed beside the folder, which then takes its name in one rename. A folder that is there is
 * replaced, and stays untouched if anything fails (a full disk, say).
 *
 * @param folder its parent is made if it does not exist
 * @throws {CheckpointError} for a `maxShardSize` that is no positive number
 */
export async function savePretrained(
  folder: string,
  {
    parameters,
    config,
    family = 'bert',
    file = {},
    tokenizerFiles = {},
    ...extras
  }: Partial<Pretrained> & Pick<Pretrained, 'parameters' | 'config'>,
  { dtype = 'float32', maxShardSize = Number.POSITIVE_INFINITY, otherFiles = {} }: SaveOptions = {},
): Promise<void> {
  const target = resolve(folder);
  await mkdir(dirname(target), { recursive: true });
  const fresh = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    const { pooler, detector, classifier, classifierDense, span, head } = extras;
    const parts = {
      family,
      ...(pooler && { pooler }),
      ...(detector && { detector }),
      ...(classifier && { classifier }),
      ...(classifierDense && { classifierDense }),
      ...(span && { span }),
      ...(head && { head }),
    };
    const tensors = checkpointFromParameters(parameters, config, parts);
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
    for (const [name, names] of files) {
      const shard = new Map(names.map((tensor) => [tensor, tensors.get(tensor) as HostTensor]));
      await writeDurably(join(fresh, name), writeSafetensors(shard, undefined, { dtype }));
    }
    if (index) await writeJson('model.safetensors.index.json', index);
    for (const [name, bytes] of Object.entries({ ...tokenizerFiles, ...otherFiles }))
      await writeDurably(join(fresh, basename(name)), bytes);
    // rename cannot replace a full folder: the old one steps aside first, and is removed last.
    const old = `${fresh}-old`;
    const exists = await stat(target).then(
      () => true,
      () => false,
    );
    if (exists) await rename(target, old);
    await rename(fresh, target);
    if (exists) await rm(old, { recursive: true });
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
}
