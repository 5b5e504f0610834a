import type { HostTensor } from '@cloze/backend';

/** The bytes of a file, at once or in parts; parts can be gone through again, and are made anew then. */
export type FileContent = Uint8Array | Iterable<Uint8Array>;

/** The parts of a file's content. */
export const partsOf = (content: FileContent): Iterable<Uint8Array> =>
  content instanceof Uint8Array ? [content] : content;

/**
 * What checkpoints need of a file system; paths are joined with `/`. `nodeFiles()` of `@cloze/trainer/node` is the real one.
 *
 * Every operation rejects with the system's error when it fails.
 */
export interface Files {
  /** Names in a folder, in any order; none when it does not exist. */
  list(folder: string): Promise<readonly string[]>;
  read(path: string): Promise<Uint8Array>;
  /** Bytes of a file. */
  size(path: string): Promise<number>;
  /** Writes a new file, part after part, and resolves only when its content is on the disk (fsync). */
  write(path: string, content: FileContent): Promise<void>;
  /** Makes a folder and those above it; no error when it is there. */
  makeFolder(path: string): Promise<void>;
  /** Resolves when the names inside a folder are on the disk (fsync of the folder). */
  flushFolder(path: string): Promise<void>;
  /** Renames atomically. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file, or a folder with everything in it; no error when it is not there. */
  remove(path: string): Promise<void>;
  /** Bytes still free where the folder lies. */
  free(folder: string): Promise<number>;
  /** SHA-256 as 64 hexadecimal digits. */
  sha256(content: FileContent): string;
  /** Takes a folder for this run alone; the function gives it back. Rejects, naming the owner, while a living run has it. */
  lock(folder: string): Promise<() => Promise<void>>;
}

/** How tensors become bytes: `{ read: readSafetensors, write: safetensorsParts }` of `@cloze/encoder`. */
export interface TensorCodec {
  read(file: Uint8Array): { readonly tensors: ReadonlyMap<string, HostTensor> };
  write(tensors: ReadonlyMap<string, HostTensor>): FileContent;
}
