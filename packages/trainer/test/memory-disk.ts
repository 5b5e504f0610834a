import type { FileOperations } from '../src/node/node-files.ts';

type Entry =
  | { kind: 'folder'; names: Map<string, Entry>; flushed: Map<string, Entry> }
  | { kind: 'file'; bytes: Buffer; flushed: Buffer | undefined };
type Folder = Extract<Entry, { kind: 'folder' }>;

/** Told before every operation; may throw in its place. */
export type Fault = (operation: string, path: string) => void;

const failure = (code: string, path: string) => Object.assign(new Error(`${code}: ${path}`), { code });
const folder = (): Folder => ({ kind: 'folder', names: new Map(), flushed: new Map() });

/**
 * A disk in memory that tells what was written from what was flushed: `crash` keeps only flushed contents and names, as a
 * power cut may.
 */
export function memoryDisk(fault: Fault = () => {}) {
  let root = folder();
  const walk = (parts: readonly string[], path: string): Entry =>
    parts.reduce<Entry>((entry, part) => {
      const next = entry.kind === 'folder' ? entry.names.get(part) : undefined;
      if (!next) throw failure('ENOENT', path);
      return next;
    }, root);
  const split = (path: string) => path.split('/').filter(Boolean);
  const find = (path: string) => walk(split(path), path);
  const above = (path: string): [Folder, string] => {
    const parts = split(path);
    return [walk(parts.slice(0, -1), path) as Folder, parts.at(-1) as string];
  };
  const durable = (entry: Entry): Entry => {
    if (entry.kind === 'file') {
      const kept = Buffer.from(entry.flushed ?? Buffer.alloc(0));
      return { kind: 'file', bytes: kept, flushed: kept };
    }
    const names = new Map([...entry.flushed].map(([name, child]) => [name, durable(child)]));
    return { kind: 'folder', names, flushed: new Map(names) };
  };
  const operations = {
    mkdir: async (path: string) => {
      fault('mkdir', path);
      let parent = root;
      for (const part of split(path)) {
        const next = parent.names.get(part) ?? folder();
        parent.names.set(part, next);
        parent = next as Folder;
      }
    },
    open: async (path: string, flags: string) => {
      fault('open', path);
      if (flags === 'wx') {
        const [parent, name] = above(path);
        if (parent.names.has(name)) throw failure('EEXIST', path);
        parent.names.set(name, { kind: 'file', bytes: Buffer.alloc(0), flushed: undefined });
      }
      const entry = find(path);
      return {
        writeFile: async (bytes: Uint8Array | string) => {
          const content = Buffer.from(bytes as Uint8Array);
          if (entry.kind !== 'file') throw failure('EISDIR', path);
          try {
            fault('write', path);
            entry.bytes = Buffer.concat([entry.bytes, content]);
          } catch (error) {
            // A full disk takes what still fits.
            entry.bytes = Buffer.concat([entry.bytes, content.subarray(0, content.length >> 1)]);
            throw error;
          }
        },
        sync: async () => {
          fault('sync', path);
          if (entry.kind === 'file') entry.flushed = entry.bytes;
          else entry.flushed = new Map(entry.names);
        },
        close: async () => fault('close', path),
      };
    },
    readdir: async (path: string) => {
      fault('readdir', path);
      return [...(find(path) as Folder).names.keys()];
    },
    readFile: async (path: string) => {
      fault('readFile', path);
      const entry = find(path);
      if (entry.kind !== 'file') throw failure('EISDIR', path);
      return Buffer.from(entry.bytes);
    },
    rename: async (from: string, to: string) => {
      fault('rename', from);
      const entry = find(from);
      const [target, name] = above(to);
      if (target.names.has(name)) throw failure('ENOTEMPTY', to);
      const [source, old] = above(from);
      target.names.set(name, entry);
      source.names.delete(old);
    },
    rm: async (path: string) => {
      fault('rm', path);
      try {
        const [parent, name] = above(path);
        parent.names.delete(name);
      } catch {
        // force: nothing there is no error
      }
    },
    stat: async (path: string) => {
      fault('stat', path);
      const entry = find(path);
      return { size: entry.kind === 'file' ? entry.bytes.length : 0 };
    },
    statfs: async (path: string) => {
      fault('statfs', path);
      return { bavail: 1e9, bsize: 1 };
    },
  } as unknown as FileOperations;
  return {
    operations,
    /** Power is cut: what was not flushed is gone. The root's own folders are taken as flushed. */
    crash: () => {
      for (const child of root.names.values())
        root.flushed.set([...root.names].find(([, c]) => c === child)?.[0] as string, child);
      root = durable(root) as Folder;
    },
    /** The bytes of a file, to be altered in place. */
    bytes: (path: string) => (find(path) as Extract<Entry, { kind: 'file' }>).bytes,
    /** Replaces a file's bytes. */
    put: (path: string, bytes: Buffer) => {
      const entry = find(path) as Extract<Entry, { kind: 'file' }>;
      entry.bytes = bytes;
    },
  };
}
