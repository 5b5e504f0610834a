import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Moves a folder to its final name. Where a folder of that name already holds something, the files are moved into it one by one, each
 * whole. @internal
 */
export async function moveIntoPlace(ready: string, target: string): Promise<void> {
  try {
    await rename(ready, target);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    await mkdir(target, { recursive: true });
    // The notes last: what they say is true of the libraries that lie there then.
    const notesLast = (a: string, b: string) =>
      Number(a.endsWith('.json')) - Number(b.endsWith('.json')) || (a < b ? -1 : 1);
    for (const name of (await readdir(ready)).sort(notesLast)) await rename(join(ready, name), join(target, name));
  }
}
