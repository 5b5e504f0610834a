import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CheckpointError } from '../checkpoint-error.ts';
import { tokenizerFileNames } from './pretrained.ts';

/** Where a hub id is looked up. */
export interface HubOptions {
  /** Default the hub's own; a mirror or a test's server otherwise. */
  readonly hubUrl?: string;
  /** Branch, tag or commit; default `main`. */
  readonly revision?: string;
  /** Folder of the hub's cache; default the hub's own, shared with Python. */
  readonly cacheFolder?: string;
  /** For private models; sent to the hub only. */
  readonly accessToken?: string;
}

const weightNames = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
];

/**
 * The folder itself if it is one; else the hub id's files, through the hub's cache.
 *
 * @throws {CheckpointError} when the name is neither a folder nor an id that can be fetched
 */
export async function fetchFolder(
  folderOrId: string,
  { hubUrl, revision, cacheFolder, accessToken }: HubOptions,
): Promise<string> {
  const found = await stat(folderOrId).catch(() => undefined);
  if (found?.isDirectory()) return folderOrId;
  if (!/^[\w.-]+(\/[\w.-]+)?$/.test(folderOrId) || folderOrId.startsWith('.'))
    throw new CheckpointError(`'${folderOrId}' is no folder here, and no hub id (owner/name).`);
  const { downloadFileToCacheDir, listFiles } = await import('@huggingface/hub');
  const where = {
    repo: { type: 'model', name: folderOrId } as const,
    ...(hubUrl !== undefined && { hubUrl }),
    ...(revision !== undefined && { revision }),
    ...(accessToken !== undefined && { accessToken }),
  };
  try {
    const there: string[] = [];
    for await (const { path, type } of listFiles(where)) if (type === 'file') there.push(path);
    const [weights] = weightNames.filter((name) => there.includes(name));
    const wanted = there.filter(
      (path) =>
        path === 'config.json' ||
        path === weights ||
        (tokenizerFileNames as readonly string[]).includes(path) ||
        (weights?.endsWith('.index.json') && /^[\w.-]+-of-\d+\.(safetensors|bin)$/.test(path)),
    );
    let config = '';
    for (const path of wanted) {
      const local = await downloadFileToCacheDir({
        ...where,
        path,
        ...(cacheFolder !== undefined && { cacheDir: cacheFolder }),
      });
      if (path === 'config.json') config = local;
    }
    if (config === '') throw new CheckpointError(`'${folderOrId}' on the hub has no config.json.`);
    return dirname(config);
  } catch (error) {
    if (error instanceof CheckpointError) throw error;
    throw new CheckpointError(
      `'${folderOrId}' is no folder here and could not be fetched from the hub: ${error instanceof Error ? error.message : error}. Download it and pass the folder.`,
    );
  }
}
