import { flattenTree, isHostTensor } from '@cloze/backend';
import { CheckpointError } from './checkpoint-error.ts';
import { exactJson } from './exact-json.ts';
import type { Files, TensorCodec } from './files.ts';
import { type Manifest, manifestName, writeManifest } from './manifest.ts';
import { firstNonFinite } from './non-finite.ts';

/** What a checkpoint is made of. */
export interface CheckpointContent {
  /** Updates done. */
  readonly step: number;
  /** Trees of host tensors by name (`parameters`, `optimiser`, …); each becomes `<name>.safetensors`. */
  readonly tensors: Readonly<Record<string, unknown>>;
  /** Everything else a resume needs, as JSON; NaN, infinities and -0 come back as they are. */
  readonly state?: unknown;
  /** Figures that say how good it is; those that are no finite number are left out. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** The bytes of a checkpoint's files by name, the manifest last. @throws {CheckpointError} where a tensor holds NaN or an infinity */
export function checkpointFiles(
  { step, tensors, state = null, metrics = {} }: CheckpointContent,
  { codec, sha256 }: { readonly codec: TensorCodec; readonly sha256: Files['sha256'] },
): ReadonlyMap<string, Uint8Array> {
  const wrong = Object.keys(tensors).filter((name) => !/^[a-z][a-z0-9_-]*$/i.test(name));
  if (wrong.length > 0)
    throw new CheckpointError(`save: ${wrong.map((name) => `'${name}'`).join(', ')} cannot be names of files.`);
  const trees = Object.entries(tensors).map(([name, tree]) => [name, flattenTree(tree, isHostTensor)] as const);
  const broken = firstNonFinite(
    trees.flatMap(([name, leaves]) => leaves.map(([path, leaf]) => [`${name}/${path}`, leaf] as const)),
  );
  if (broken !== undefined)
    throw new CheckpointError(
      `save: after step ${step} ${broken}: nothing was saved, for a run cannot go on from it. Lower the learning rate or clip gradients, and go on from an earlier checkpoint.`,
    );
  const contents = new Map(trees.map(([name, leaves]) => [`${name}.safetensors`, codec.write(new Map(leaves))]));
  contents.set('state.json', new TextEncoder().encode(`${exactJson(state)}\n`));
  const manifest: Manifest = {
    schema: 1,
    step,
    metrics: Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value))),
    files: Object.fromEntries(
      [...contents].map(([name, bytes]) => [name, { bytes: bytes.byteLength, sha256: sha256(bytes) }]),
    ),
  };
  return contents.set(manifestName, writeManifest(manifest, sha256));
}

/**
 * Writes a checkpoint so that its name appears only when all of it is on the disk: temporary folder, every file flushed,
 * the manifest last, the folder flushed, renamed, the folder above flushed.
 */
export async function writeCheckpoint(
  files: Files,
  folder: string,
  name: string,
  contents: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  const temporary = `${folder}/${name}.tmp`;
  try {
    await files.remove(temporary);
    await files.makeFolder(temporary);
    for (const [file, bytes] of contents) await files.write(`${temporary}/${file}`, bytes);
    for (const [file, bytes] of contents) {
      const size = await files.size(`${temporary}/${file}`);
      if (size !== bytes.byteLength)
        throw new CheckpointError(`${file} has ${size} bytes on the disk, ${bytes.byteLength} were written`);
    }
    await files.flushFolder(temporary);
    await files.rename(temporary, `${folder}/${name}`);
    await files.flushFolder(folder);
  } catch (error) {
    // The error that matters is the first; a leftover is removed by the next run that opens the folder.
    await files.remove(temporary).catch(() => {});
    throw new CheckpointError(
      `save: ${folder}/${name} could not be written: ${error instanceof Error ? error.message : error}. Earlier checkpoints are untouched; make room or choose another folder, then resume.`,
      { cause: error },
    );
  }
}
