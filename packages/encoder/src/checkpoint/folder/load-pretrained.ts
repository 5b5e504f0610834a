import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostTensor } from '@cloze/backend';
import { CheckpointError } from '../checkpoint-error.ts';
import { type ConvertOptions, type LoadedParameters, parametersFromCheckpoint } from '../convert-parameters.ts';
import { someNames } from '../file-names.ts';
import { missingParts } from '../fine-tuned-head.ts';
import { configFromHub } from '../hub-config.ts';
import { readPytorchBin } from '../pytorch/read-pytorch-bin.ts';
import { readSafetensors } from '../read-safetensors.ts';
import { readTensorflowCheckpoint } from '../tensorflow/read-tensorflow-checkpoint.ts';
import { fetchFolder, type HubOptions } from './fetch-folder.ts';
import { jsonObject } from './json-object.ts';
import { naming } from './naming.ts';
import { optionalFile } from './optional-file.ts';
import { type Pretrained, tokenizerFileNames } from './pretrained.ts';
import { readShards } from './read-shards.ts';

/** How to load. `fill` draws what the file lacks, a language-model head of a bare encoder say; without it missing names are an error. */
export interface LoadOptions extends HubOptions, Omit<ConvertOptions, 'family' | 'tied'> {}

/** A loaded model and what did not match. */
export interface LoadedPretrained extends Pretrained, Pick<LoadedParameters, 'missing' | 'unexpected' | 'mismatched'> {
  /** What there is to know of how the files were read: names that were unwrapped, weights that were drawn or left over. */
  readonly notes: readonly string[];
}

/** What a reader should know of a file that did not fit as it was. */
function notesOf({ missing, unexpected, mismatched, wrappers }: LoadedParameters): string[] {
  const changed = mismatched.map(({ name }) => name);
  return [
    ...(wrappers.length > 0 ? [`read without ${someNames(wrappers)} before names`] : []),
    ...(missing.length > 0 ? [`drawn at random, for the file lacks them: ${someNames(missing)}`] : []),
    ...(changed.length > 0 ? [`drawn at random, for they are of another shape: ${someNames(changed)}`] : []),
    ...(unexpected.length > 0 ? [`left over, for nothing here reads them: ${someNames(unexpected)}`] : []),
  ];
}

/** Google's checkpoint of a folder, whatever its name: one `….index` and its data files in order. */
async function tensorflowWeights(folder: string): Promise<ReadonlyMap<string, HostTensor> | undefined> {
  const files = await readdir(folder);
  const [index, ...more] = files.filter((name) => /^[\w.-]+\.index$/.test(name));
  if (index === undefined) return undefined;
  if (more.length > 0)
    throw new CheckpointError(
      `${folder} has several TensorFlow checkpoints: ${[index, ...more].join(', ')}; keep one.`,
    );
  const prefix = index.slice(0, -'.index'.length);
  const parts = files.filter((name) => name.startsWith(`${prefix}.data-`)).sort();
  const read = async (name: string) => (await optionalFile(join(folder, name))) as Uint8Array;
  const [table, ...data] = await Promise.all([index, ...parts].map(read));
  return naming(join(folder, index), () => readTensorflowCheckpoint(table as Uint8Array, data));
}

/** The weights, in the order people publish them. */
async function weights(folder: string): Promise<ReadonlyMap<string, HostTensor>> {
  for (const [name, read] of [
    ['model.safetensors', (file: Uint8Array) => readSafetensors(file).tensors],
    ['model.safetensors.index.json', undefined],
    ['pytorch_model.bin', readPytorchBin],
    ['pytorch_model.bin.index.json', undefined],
  ] as const) {
    const path = join(folder, name);
    const file = await optionalFile(path);
    if (!file) continue;
    return read ? naming(path, () => read(file)) : readShards(folder, name, jsonObject(file, path));
  }
  const tensorflow = await tensorflowWeights(folder);
  if (tensorflow) return tensorflow;
  throw new CheckpointError(
    `${folder} has no weights: expected model.safetensors (or its index), pytorch_model.bin (or its index), or a TensorFlow checkpoint (….ckpt.index).`,
  );
}

/**
 * Opens a folder as Hugging Face lays it out, or a hub id: `config.json` (or Google's `bert_config.json`), weights, tokenizer files.
 *
 * A name that is a folder here is never looked up on the network.
 *
 * @throws {CheckpointError} naming the file, and every tensor that is missing or of the wrong shape
 */
export async function loadPretrained(folderOrId: string, options: LoadOptions = {}): Promise<LoadedPretrained> {
  const folder = await fetchFolder(folderOrId, options);
  const configBytes =
    (await optionalFile(join(folder, 'config.json'))) ?? (await optionalFile(join(folder, 'bert_config.json')));
  if (!configBytes) throw new CheckpointError(`${folder} has no config.json.`);
  const raw = jsonObject(configBytes, join(folder, 'config.json'));
  const { config, family, head, file } = naming(folder, () =>
    configFromHub({ ...(raw.model_type === undefined && { model_type: 'bert' }), ...raw }),
  );
  const tensors = await weights(folder);
  const { fill, ignoreMismatched = false, strict = false } = options;
  const loaded = naming(folder, () =>
    parametersFromCheckpoint(tensors, config, {
      ...{ family, ignoreMismatched, strict },
      // transformers ties what is equal or stands once, whatever else a file says (`tie_weights`).
      ...(file.tie_word_embeddings === false && { tied: false }),
      ...(fill && { fill }),
    }),
  );
  const tokenizerFiles: Record<string, Uint8Array> = {};
  for (const name of tokenizerFileNames) {
    const bytes = await optionalFile(join(folder, name));
    if (bytes) tokenizerFiles[name] = bytes;
  }
  // A file may claim a class whose head it does not hold whole.
  const whole = head && missingParts(family, loaded, head).length === 0;
  const { wrappers: _, ...parts } = loaded;
  return { config, family, file, tokenizerFiles, ...parts, notes: notesOf(loaded), ...(whole && { head }) };
}
