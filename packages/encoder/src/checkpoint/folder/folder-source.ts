import { readdir, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { FileSource } from '../source/file-source.ts';
import { optionalFile } from './optional-file.ts';

/** A folder on the disk; a shard may lie in the folder, or, as the hub's cache links them, in `blobs` beside `snapshots`. */
export const folderSource = (folder: string): FileSource => ({
  name: folder,
  list: async () => {
    const names: string[] = [];
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (!entry.isDirectory()) names.push(entry.name);
      else
        for (const inner of await readdir(join(folder, entry.name)).catch(() => []))
          names.push(`${entry.name}/${inner}`);
    }
    return names;
  },
  read: (name) => optionalFile(join(folder, name)),
  isWithin: async (name) => {
    const [root, real] = await Promise.all([realpath(folder), realpath(join(folder, name))]);
    const blobs = join(dirname(dirname(root)), 'blobs') + sep;
    return real.startsWith(root + sep) || (dirname(root).endsWith(`${sep}snapshots`) && real.startsWith(blobs));
  },
});
