import { unzipSync, zipSync } from 'fflate';
import type { ChosenFile } from './file-source.ts';

/** A model's files as one that a browser saves. Weights do not shrink, so nothing is compressed. */
export const zipped = (files: Iterable<readonly [name: string, bytes: Uint8Array]>): Uint8Array =>
  zipSync(Object.fromEntries(files), { level: 0 });

/** Chosen files, a single .zip as what it holds. @throws {Error} for one that is torn or none */
export async function unzipped(files: readonly ChosenFile[]): Promise<readonly ChosenFile[]> {
  const [only, ...others] = files;
  if (!only?.file.name.endsWith('.zip') || others.length > 0) return files;
  const bytes = new Uint8Array(await only.file.arrayBuffer());
  const folder = only.file.name.slice(0, -'.zip'.length);
  const entries = (() => {
    try {
      return Object.entries(unzipSync(bytes));
    } catch (error) {
      throw new Error(`${only.file.name} cannot be unpacked: ${error instanceof Error ? error.message : error}.`);
    }
  })();
  const within = entries.filter(([name]) => !name.endsWith('/'));
  const [top = ''] = within[0]?.[0].split('/') ?? [];
  // Archives often hold the folder, not its files.
  const isWrapped = within.every(([name]) => name.startsWith(`${top}/`));
  const inFolder = within.map(([name, content]) => [isWrapped ? name.slice(top.length + 1) : name, content] as const);
  return inFolder.map(([name, content]) => ({
    file: { name: name.split('/').at(-1) ?? name, arrayBuffer: async () => new Uint8Array(content).buffer },
    path: `${folder}/${name}`,
  }));
}
