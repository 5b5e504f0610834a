import { readdir, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { address, checkOptions, flag, needed, text } from '@cloze/checks';
import { CheckpointError } from '../checkpoint-error.ts';
import { hubId, hubSaid } from './fetch-folder.ts';

/** Where a folder is uploaded. */
export interface PushOptions {
  /** Default the hub's own; a mirror or a test's server otherwise. */
  readonly hubUrl?: string;
  /** Sent to the hub only, and never part of a message. */
  readonly accessToken: string;
  /** Default `main`. */
  readonly branch?: string;
  /** Whether a repository that is made is private; default as the account's settings say. */
  readonly private?: boolean;
  /** What the commit is called. */
  readonly commitTitle?: string;
}

/** What an upload gives. */
export interface PushedFolder {
  /** Address of the commit. */
  readonly commitUrl: string;
  readonly files: readonly string[];
  readonly bytes: number;
}

/** What a folder holds, those of its folders too (how a sentence model pools is in one), as the hub writes paths; nothing whose name or folder begins with a dot. */
const namesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true }).catch(() => []))
    .map((name) => name.replaceAll(sep, '/'))
    .filter((name) => !name.split('/').some((part) => part.startsWith('.')))
    .sort();

/** Whether the hub answered that the repository is there already. */
const isThere = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'statusCode' in error && error.statusCode === 409;

/**
 * Uploads a saved model's folder to a hub, all of it but what begins with a dot, in one commit; the repository is made if it is not there.
 *
 * @param folder as `savePretrained` writes it @param id `owner/name`
 * @throws {CheckpointError} for a folder that is no model, or what the hub answered
 */
export async function pushFolder(folder: string, id: string, options: PushOptions): Promise<PushedFolder> {
  checkOptions('pushFolder', options, {
    hubUrl: address,
    accessToken: needed(text),
    branch: text,
    private: flag,
    commitTitle: text,
  });
  const { hubUrl, accessToken, branch = 'main', private: hidden, commitTitle = 'Upload by cloze' } = options;

  const names = await namesIn(folder);
  if (!names.includes('config.json') || !names.some((name) => /^[^/]+\.(safetensors|bin)$/.test(name)))
    throw new CheckpointError(`${folder} is no saved model: it needs config.json and weights.`);
  if (!hubId.test(id) || !id.includes('/')) throw new CheckpointError(`'${id}' is no hub id; give OWNER/NAME.`);
  const sizes = await Promise.all(names.map((name) => stat(join(folder, name))));
  const files = names.filter((_, i) => sizes[i]?.isFile());
  const bytes = sizes.reduce((sum, found) => sum + (found.isFile() ? found.size : 0), 0);
  const { createRepo, uploadFiles } = await import('@huggingface/hub');
  const place = { repo: { type: 'model', name: id } as const, accessToken, ...(hubUrl !== undefined && { hubUrl }) };
  try {
    await createRepo({
      ...place,
      ...(hidden !== undefined && { visibility: hidden ? ('private' as const) : ('public' as const) }),
    }).catch((error: unknown) => {
      if (!isThere(error)) throw error;
    });
    const pushed = await uploadFiles({
      ...place,
      branch,
      commitTitle,
      files: files.map((path) => ({ path, content: pathToFileURL(join(folder, path)) })),
    });
    return { commitUrl: pushed?.commit.url ?? '', files, bytes };
  } catch (error) {
    const said = hubSaid(error);
    throw new CheckpointError(`${hubUrl ?? 'the hub'} did not take ${id}: ${said.replaceAll(accessToken, '…')}`);
  }
}
