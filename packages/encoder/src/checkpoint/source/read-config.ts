import { classesFor, families } from '../../families/families.ts';
import { CheckpointError } from '../checkpoint-error.ts';
import { someNames } from '../file-names.ts';
import type { FileSource } from './file-source.ts';
import { jsonObject } from './json-object.ts';

/** Names of configs that are not the encoder's. */
const others =
  /^(tokenizer|generation|adapter|preprocessor|processor|training|trainer|optimizer|quant|config_sentence|sentence_|task_|special)/;

/** Where a config stands, in this order. */
const usualNames = ['config.json', 'bert_config.json'];

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
 * The config of a source: `config.json`, Google's `bert_config.json`, or the only other file that says an encoder's sizes; with its `model_type`.
 *
 * @throws {CheckpointError} naming the candidates where there are several, and folders inside that are models
 */
export async function readConfig(
  source: FileSource,
): Promise<{ readonly file: Readonly<Record<string, unknown>>; readonly notes: readonly string[] }> {
  const listed = await source.list();
  const names = listed.filter((name) => !name.includes('/'));
  const found: { name: string; file: Record<string, unknown> }[] = [];
  // What cannot be listed is asked for.
  const files = new Map<string, Uint8Array>();
  for (const name of listed.length > 0 ? [] : usualNames) {
    const bytes = await source.read(name);
    if (bytes) files.set(name, bytes);
  }
  const usual = usualNames.find((name) => names.includes(name) || files.has(name));
  const candidates =
    usual === undefined
      ? names.filter((name) => /config.*\.json$/i.test(name) && !others.test(name) && !name.startsWith('.'))
      : [usual];
  for (const name of candidates) {
    const bytes = files.get(name) ?? (await source.read(name));
    const file = bytes && jsonObject(bytes, `${source.name}/${name}`);
    if (file && (usual !== undefined || 'hidden_size' in file)) found.push({ name, file });
  }
  const [config, ...more] = found;
  if (!config) {
    const inside = listed.flatMap((name) => /^([^/]+)\/config\.json$/.exec(name)?.[1] ?? []);
    throw new CheckpointError(
      `${source.name} has no config.json${inside.length > 0 ? `; ${someNames(inside.sort())} inside it ${inside.length === 1 ? 'has one, name that folder' : 'have one each, name one of them'}` : ''}.`,
    );
  }
  if (more.length > 0)
    throw new CheckpointError(
      `${source.name} has no config.json, but several others: ${someNames(found.map(({ name }) => name))}; name the right one config.json.`,
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
