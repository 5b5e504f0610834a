import { mkdir, mkdtemp, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { checkpointFromParameters } from '../convert-parameters.ts';
import { configToHub } from '../hub-config.ts';
import { writeSafetensors } from '../write-safetensors.ts';
import type { Pretrained } from './pretrained.ts';

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
): Promise<void> {
  const target = resolve(folder);
  await mkdir(dirname(target), { recursive: true });
  const fresh = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    const { pooler, detector, classifier, classifierDense, span } = extras;
    const parts = {
      family,
      ...(pooler && { pooler }),
      ...(detector && { detector }),
      ...(classifier && { classifier }),
      ...(classifierDense && { classifierDense }),
      ...(span && { span }),
    };
    const tensors = checkpointFromParameters(parameters, config, parts);
    const text = `${JSON.stringify(configToHub(config, { ...parts, file, tied: !parameters.languageModel.output }), null, 2)}\n`;
    await writeDurably(join(fresh, 'config.json'), new TextEncoder().encode(text));
    await writeDurably(join(fresh, 'model.safetensors'), writeSafetensors(tensors));
    for (const [name, bytes] of Object.entries(tokenizerFiles)) await writeDurably(join(fresh, basename(name)), bytes);
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
