import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostTensor } from '@cloze/backend';
import type { Uniform } from '../../parameters/draw-parameters.ts';
import { CheckpointError } from '../checkpoint-error.ts';
import { parametersFromCheckpoint } from '../convert-parameters.ts';
import { configFromHub } from '../hub-config.ts';
import { readPytorchBin } from '../pytorch/read-pytorch-bin.ts';
import { readSafetensors } from '../read-safetensors.ts';
import { shardNames } from '../shard-names.ts';
import { readTensorflowCheckpoint } from '../tensorflow/read-tensorflow-checkpoint.ts';
import { fetchFolder, type HubOptions } from './fetch-folder.ts';
import { type Pretrained, tokenizerFileNames } from './pretrained.ts';

/** How to load. */
export interface LoadOptions extends HubOptions {
  /** Draws what the file lacks, a language-model head of a bare encoder say; default none: missing names are an error. */
  readonly fill?: Uniform;
}

/** A loaded model and what did not match. */
export interface LoadedPretrained extends Pretrained {
  /** Names the model needs and the file lacks, drawn by `fill`. */
  readonly missing: readonly string[];
  /** Names in the file that nothing here uses. */
  readonly unexpected: readonly string[];
}

async function optional(path: string): Promise<Uint8Array | undefined> {
  try {
    const { buffer, byteOffset, byteLength } = await readFile(path);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function json(bytes: Uint8Array, path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw new SyntaxError('it holds no object');
  } catch (error) {
    throw new CheckpointError(`${path} is not JSON: ${error instanceof Error ? error.message : error}.`);
  }
}

async function shards(folder: string, index: string): Promise<Map<string, HostTensor> | undefined> {
  const bytes = await optional(join(folder, index));
  if (!bytes) return undefined;
  const tensors = new Map<string, HostTensor>();
  for (const name of shardNames(json(bytes, join(folder, index)))) {
    const shard = await optional(join(folder, name));
    if (!shard) throw new CheckpointError(`${join(folder, index)} names '${name}', which is not there.`);
    const read = name.endsWith('.bin') ? readPytorchBin(shard) : readSafetensors(shard).tensors;
    for (const [tensor, value] of read) tensors.set(tensor, value);
  }
  return tensors;
}

/** The weights, in the order people publish them. */
async function weights(folder: string): Promise<ReadonlyMap<string, HostTensor>> {
  const whole = await optional(join(folder, 'model.safetensors'));
  if (whole) return readSafetensors(whole).tensors;
  const sharded =
    (await shards(folder, 'model.safetensors.index.json')) ?? (await shards(folder, 'pytorch_model.bin.index.json'));
  if (sharded) return sharded;
  const bin = await optional(join(folder, 'pytorch_model.bin'));
  if (bin) return readPytorchBin(bin);
  const index = await optional(join(folder, 'bert_model.ckpt.index'));
  if (index) {
    const data = await optional(join(folder, 'bert_model.ckpt.data-00000-of-00001'));
    return readTensorflowCheckpoint(index, data ? [data] : []);
  }
  throw new CheckpointError(
    `${folder} has no weights: expected model.safetensors (or its index), pytorch_model.bin, or bert_model.ckpt.index.`,
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
    (await optional(join(folder, 'config.json'))) ?? (await optional(join(folder, 'bert_config.json')));
  if (!configBytes) throw new CheckpointError(`${folder} has no config.json.`);
  const raw = json(configBytes, join(folder, 'config.json'));
  const { config, family, file } = configFromHub({
    ...(raw.model_type === undefined && { model_type: 'bert' }),
    ...raw,
  });
  const loaded = parametersFromCheckpoint(await weights(folder), config, {
    family,
    ...(options.fill && { fill: options.fill }),
  });
  const tokenizerFiles: Record<string, Uint8Array> = {};
  for (const name of tokenizerFileNames) {
    const bytes = await optional(join(folder, name));
    if (bytes) tokenizerFiles[name] = bytes;
  }
  return { config, family, file, tokenizerFiles, ...loaded };
}
