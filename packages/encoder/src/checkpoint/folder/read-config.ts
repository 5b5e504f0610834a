import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { classesFor, families } from '../../families/families.ts';
import { CheckpointError } from '../checkpoint-error.ts';
import { someNames } from '../file-names.ts';
import { jsonObject } from './json-object.ts';
import { optionalFile } from './optional-file.ts';

/** Names of configs that are not the encoder's. */
const others =
  /^(tokenizer|generation|adapter|preprocessor|processor|training|trainer|optimizer|quant|config_sentence|sentence_|task_|special)/;

/** The family that a config without `model_type` is of: by its class, by its file's name, by keys that only ALBERT has, else BERT, as Google's are. */
function typeOf(file: Readonly<Record<string, unknown>>, name: string): string {
  const [architecture] = Array.isArray(file.architectures) ? file.architectures : [];
  for (const { name: family, modelTypes } of families)
    for (const type of modelTypes)
      if (Object.values(classesFor(family, type)).some((known) => known === architecture)) return type;
  // The longest name counts: 'roberta' has 'bert' in it.
  const [named] = families
    .flatMap(({ modelTypes }) => modelTypes)
    .filter((type) => name.toLowerCase().includes(type))
    .sort((a, b) => b.length - a.length);
  if (named !== undefined && named !== 'bert') return named;
  return 'num_hidden_groups' in file || 'inner_group_num' in file ? 'albert' : 'bert';
}

/**
 * The config of a folder: `config.json`, Google's `bert_config.json`, or the only other file that says an encoder's sizes; with its `model_type`.
 *
 * @throws {CheckpointError} naming the candidates where there are several, and folders inside that are models
 */
export async function readConfig(
  folder: string,
): Promise<{ readonly file: Readonly<Record<string, unknown>>; readonly notes: readonly string[] }> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  const found: { name: string; file: Record<string, unknown> }[] = [];
  const usual = ['config.json', 'bert_config.json'].find((name) => names.includes(name));
  const candidates =
    usual === undefined
      ? names.filter((name) => /config.*\.json$/i.test(name) && !others.test(name) && !name.startsWith('.'))
      : [usual];
  for (const name of candidates) {
    const path = join(folder, name);
    const bytes = await optionalFile(path);
    const file = bytes && jsonObject(bytes, path);
    if (file && (usual !== undefined || 'hidden_size' in file)) found.push({ name, file });
  }
  const [config, ...more] = found;
  if (!config) {
    const inside: string[] = [];
    for (const entry of entries)
      if (entry.isDirectory() && (await optionalFile(join(folder, entry.name, 'config.json')).catch(() => undefined)))
        inside.push(entry.name);
    throw new CheckpointError(
      `${folder} has no config.json${inside.length > 0 ? `; ${someNames(inside.sort())} inside it ${inside.length === 1 ? 'has one, name that folder' : 'have one each, name one of them'}` : ''}.`,
    );
  }
  if (more.length > 0)
    throw new CheckpointError(
      `${folder} has no config.json, but several others: ${someNames(found.map(({ name }) => name))}; name the right one config.json.`,
    );
  const { name, file } = config;
  const type = typeof file.model_type === 'string' || 'model_type' in file ? undefined : typeOf(file, name);
  return {
    file: type === undefined ? file : { model_type: type, ...file },
    notes: [
      ...(usual === undefined ? [`the config is ${name}`] : []),
      ...(type !== undefined && type !== 'bert' ? [`the config names no model_type, and is read as ${type}'s`] : []),
    ],
  };
}
