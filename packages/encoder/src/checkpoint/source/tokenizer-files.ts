import type { FileSource } from './file-source.ts';
import { tokenizerFileNames } from './pretrained.ts';

/** The files of a tokenizer that a source has, by name. */
export async function tokenizerFilesIn(source: FileSource): Promise<Readonly<Record<string, Uint8Array>>> {
  const files: Record<string, Uint8Array> = {};
  for (const name of tokenizerFileNames) {
    const bytes = await source.read(name);
    if (bytes) files[name] = bytes;
  }
  return files;
}
