import { flattenTree, type HostTensor, isHostTensor } from '@cloze/backend';
import { CheckpointError } from './checkpoint-error.ts';
import { exactJson } from './exact-json.ts';
import { type FileContent, type Files, partsOf, type TensorCodec } from './files.ts';
import { type Manifest, manifestName, writeManifest } from './manifest.ts';
import { nonFiniteIn } from './non-finite.ts';

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

/** Leaves by path of a tree that becomes a file, and the file's name. */
interface TreeOfFile {
  readonly file: string;
  readonly leaves: ReadonlyMap<string, HostTensor>;
}

/** What a checkpoint's files are made of. */
export interface CheckpointParts {
  readonly trees: readonly TreeOfFile[];
  readonly state: Uint8Array;
  /** What all of it takes on the disk, about. */
  readonly bytes: number;
}

/** Bytes of a tensor's entry in a header, and of a manifest, at most. */
const [headerBytes, manifestBytes] = [128, 512];

/** A checkpoint's content, looked through. @throws {CheckpointError} where a tensor holds NaN or an infinity, or a name cannot be a file's */
export function checkpointParts({ step, tensors, state = null }: CheckpointContent): CheckpointParts {
  const wrong = Object.keys(tensors).filter((name) => !/^[a-z][a-z0-9_-]*$/i.test(name));
  if (wrong.length > 0)
    throw new CheckpointError(`save: ${wrong.map((name) => `'${name}'`).join(', ')} cannot be names of files.`);
  let bytes = manifestBytes;
  const trees = Object.entries(tensors).map(([name, tree]): TreeOfFile => {
    const leaves = new Map(flattenTree(tree, isHostTensor));
    for (const [path, leaf] of leaves) {
      const { values } = leaf;
      bytes += values.byteLength + path.length + headerBytes;
      const broken = nonFiniteIn(`${name}/${path}`, { ...leaf, values });
      if (broken !== undefined)
        throw new CheckpointError(
          `save: after step ${step} ${broken}: nothing was saved, for a run cannot go on from it. Lower the learning rate or clip gradients, and go on from an earlier checkpoint.`,
        );
    }
    return { file: `${name}.safetensors`, leaves };
  });
  const written = new TextEncoder().encode(`${exactJson(state)}\n`);
  return { trees, state: written, bytes: bytes + written.byteLength };
}

/**
 * Writes a checkpoint so that its name appears only when all of it is on the disk: temporary folder, every file flushed,
 * the manifest last, the folder flushed, renamed, the folder above flushed. One file stands in memory at a time, of one in parts one part.
 */
export async function writeCheckpoint(
  files: Files,
  folder: string,
  name: string,
  { step, metrics = {}, trees, state }: CheckpointParts & Pick<CheckpointContent, 'step' | 'metrics'>,
  codec: TensorCodec,
): Promise<void> {
  const temporary = `${folder}/${name}.tmp`;
  const { sha256 } = files;
  const written: Record<string, Manifest['files'][string]> = {};
  const write = async (file: string, content: FileContent) => {
    let bytes = 0;
    for (const { byteLength } of partsOf(content)) bytes += byteLength;
    written[file] = { bytes, sha256: sha256(content) };
    await files.write(`${temporary}/${file}`, content);
  };
  try {
    await files.remove(temporary);
    await files.makeFolder(temporary);
    for (const { file, leaves } of trees) await write(file, codec.write(leaves));
    await write('state.json', state);
    const manifest: Manifest = {
      schema: 1,
      step,
      metrics: Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value))),
      files: { ...written },
    };
    await write(manifestName, writeManifest(manifest, sha256));
    for (const [file, { bytes }] of Object.entries(written)) {
      const size = await files.size(`${temporary}/${file}`);
      if (size !== bytes) throw new CheckpointError(`${file} has ${size} bytes on the disk, ${bytes} were written`);
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
