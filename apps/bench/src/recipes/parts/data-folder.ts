import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** No text is longer: strings end soon after. */
const mostBytes = 500_000_000;

/** A file that a run read. */
export interface ReadFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The data folder of a run; it remembers what was read. */
export interface DataFolder {
  /** Undefined: no folder was given, recipes use the poems of the npm package. */
  readonly root: string | undefined;
  has(path: string): boolean;
  /** A UTF-8 file, `.gz` unpacked. @throws naming the file, lines that are no UTF-8, and what to do */
  read(path: string): string;
  /** Makes a file part of what was read that lies elsewhere. */
  note(file: ReadFile): void;
  /** Everything read so far. */
  readonly files: readonly ReadFile[];
}

/** Opens a folder laid out as CLUE's official files are (`--data`). */
export function dataFolder(root: string | undefined): DataFolder {
  const files: ReadFile[] = [];
  const note = (file: ReadFile) => {
    if (!files.some(({ path }) => path === file.path)) files.push(file);
  };
  return {
    root,
    files,
    note,
    has: (path) => root !== undefined && existsSync(join(root, path)),
    read: (path) => {
      if (root === undefined) throw new Error(`${path} is needed: give the data folder with --data.`);
      if (!existsSync(join(root, path)))
        throw new Error(`${join(root, path)} is missing: expected the official layout (cloze data pull fetches it).`);
      const file = join(root, path);
      if (!statSync(file).isFile()) throw new Error(`${file} is no file.`);
      const bytes = readFileSync(file);
      note({ path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
      try {
        const plain = path.endsWith('.gz') ? gunzipSync(bytes, { maxOutputLength: mostBytes }) : bytes;
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain);
      } catch (error) {
        const what =
          error instanceof TypeError
            ? 'is not UTF-8'
            : `cannot be read: ${error instanceof Error ? error.message : error}`;
        throw new Error(`${file} ${what}.`);
      }
    },
  };
}
