import type { FileSource } from '@cloze/encoder';

/** A file that a person chose. Its path stands beside it, for a `File` that is sent to a worker loses its own. */
export interface ChosenFile {
  /** A browser's `File` is one. */
  readonly file: { readonly name: string; arrayBuffer(): Promise<ArrayBuffer> };
  /** Its way below the folder that was chosen, that folder's name first; empty for a file chosen by itself. */
  readonly path: string;
}

/** Files that a person chose as a model's folder. */
export function fileSource(files: readonly ChosenFile[]): FileSource {
  const named = new Map(
    files.map(({ file, path }) => [path.split('/').slice(1).join('/') || file.name, file] as const),
  );
  return {
    name: files[0]?.path.split('/')[0] || 'The chosen files',
    list: async () => [...named.keys()],
    read: async (name) => {
      const file = named.get(name);
      return file && new Uint8Array(await file.arrayBuffer());
    },
  };
}
