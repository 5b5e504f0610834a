import type { HostTensor } from '@cloze/backend';
import { CheckpointError } from './checkpoint-error.ts';
import { parseExactJson } from './exact-json.ts';
import type { Files, TensorCodec } from './files.ts';
import { manifestName, readManifest } from './manifest.ts';
import { firstNonFinite } from './non-finite.ts';

/** A checkpoint that was read and agreed with its checksums. */
export interface Checkpoint {
  readonly step: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly state: unknown;
  /** By the names given to `save`: leaves by path, for `restore` of variables. */
  readonly tensors: Readonly<Record<string, ReadonlyMap<string, HostTensor>>>;
}

/**
 * Reads a checkpoint's folder and compares every file with its size and SHA-256.
 *
 * @throws {CheckpointError} naming the first file that is missing, torn or altered, or a tensor that holds NaN or an infinity
 */
export async function readCheckpoint(files: Files, codec: TensorCodec, path: string): Promise<Checkpoint> {
  const present = new Set(await files.list(path));
  const bytesOf = async (name: string) => {
    if (!present.has(name)) throw new CheckpointError(`${name} is missing`);
    return files.read(`${path}/${name}`);
  };
  const { step, metrics, files: expected } = readManifest(await bytesOf(manifestName), files.sha256);
  const contents = new Map<string, Uint8Array>();
  for (const [name, { bytes, sha256 }] of Object.entries(expected)) {
    const content = await bytesOf(name);
    if (content.byteLength !== bytes)
      throw new CheckpointError(`${name} has ${content.byteLength} bytes, expected ${bytes}`);
    if (files.sha256(content) !== sha256) throw new CheckpointError(`the SHA-256 of ${name} differs`);
    contents.set(name, content);
  }
  const ending = '.safetensors';
  const read = [...contents]
    .filter(([name]) => name.endsWith(ending))
    .map(([name, bytes]) => [name.slice(0, -ending.length), codec.read(bytes).tensors] as const);
  for (const [name, tensors] of read) {
    const broken = firstNonFinite(tensors);
    if (broken !== undefined) throw new CheckpointError(`${name}/${broken}`);
  }
  return {
    step,
    metrics,
    state: parseExactJson(new TextDecoder().decode(contents.get('state.json'))),
    tensors: Object.fromEntries(read),
  };
}
