import { createHash } from 'node:crypto';
import { mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { address, flag, type Rules, text } from '@cloze/checks';
import { CheckpointError } from '../checkpoint-error.ts';
import { adapterName } from '../source/load-source.ts';
import { tokenizerFileNames } from '../source/pretrained.ts';

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
  /** Never ask the network: only what is in the cache. Default false; without a network the cache is used too. */
  readonly offline?: boolean;
}

/** What each of these must be. */
export const hubRules = {
  ...{ hubUrl: address, revision: text, cacheFolder: text, accessToken: text },
  offline: flag,
} satisfies Rules<HubOptions>;

/** What went wrong with a hub: its client hands on what JavaScript says of a host that is silent, and of an answer that is none of a hub's. */
export function hubSaid(error: unknown): string {
  if (!(error instanceof TypeError)) return error instanceof Error ? error.message : String(error);
  if (error.message !== 'fetch failed') return 'what answered there is no hub';
  const { cause } = error;
  const why = cause instanceof Error ? ('code' in cause ? String(cause.code) : cause.message) : 'no network';
  return `it cannot be reached (${why})`;
}

/** `owner/name`, or a name alone: no part begins with a dot, so that none leads elsewhere. */
export const hubId = /^[\w-][\w.-]*(\/[\w-][\w.-]*)?$/;

const weightNames = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
];

type Hub = typeof import('@huggingface/hub');
type ListFileEntry = import('@huggingface/hub').ListFileEntry;

/** The hub's client tells of its downloads on the console, where a program's own output may be going. */
async function quietly<T>(run: () => Promise<T>): Promise<T> {
  const { debug } = console;
  console.debug = () => {};
  try {
    return await run();
  } finally {
    console.debug = debug;
  }
}

/** The snapshot that the cache has of a revision, as Python's client lays it out. */
async function cachedSnapshot(repository: string, revision: string): Promise<string | undefined> {
  const commit = /^[0-9a-f]{40}$/.test(revision)
    ? revision
    : await readFile(join(repository, 'refs', revision), 'utf8').catch(() => undefined);
  if (commit === undefined) return undefined;
  const snapshot = join(repository, 'snapshots', commit.trim());
  return (await stat(join(snapshot, 'config.json')).catch(() => undefined)) ? snapshot : undefined;
}

/** Large files are named by their sha256, small ones by git's sha1: a download that differs is thrown away. The client checks neither. */
async function verify(local: string, { path, oid, lfs }: { path: string; oid?: string; lfs?: { oid: string } }) {
  const bytes = await readFile(local);
  const found = lfs
    ? createHash('sha256').update(bytes).digest('hex')
    : createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  const expected = lfs?.oid ?? oid;
  if (found === expected) return;
  await rm(await realpath(local), { force: true });
  await rm(local, { force: true });
  throw new CheckpointError(
    `'${path}' was damaged on the way: its hash is ${found}, the hub says ${expected}. Try again.`,
  );
}

async function download(hub: Hub, id: string, repository: string, options: HubOptions): Promise<string> {
  const { hubUrl, revision = 'main', cacheFolder, accessToken } = options;
  const access = { ...(hubUrl !== undefined && { hubUrl }), ...(accessToken !== undefined && { accessToken }) };
  // All files of one commit: the client by itself files each under the commit that last changed it.
  const { sha } = await hub.modelInfo({ name: id, revision, additionalFields: ['sha'], ...access });
  const where = { repo: { type: 'model', name: id } as const, revision: sha, ...access };
  const there: ListFileEntry[] = [];
  for await (const entry of hub.listFiles(where)) if (entry.type === 'file') there.push(entry);
  const [weights] = weightNames.filter((name) => there.some(({ path }) => path === name));
  const wanted = there.filter(
    ({ path }) =>
      path === 'config.json' ||
      path === weights ||
      path === adapterName ||
      (tokenizerFileNames as readonly string[]).includes(path) ||
      /^(modules\.json|config_sentence_transformers\.json|sentence_[\w-]+_config\.json|\d+_\w+\/config\.json)$/.test(
        path,
      ) ||
      (weights?.endsWith('.index.json') && /^[\w.-]+-of-\d+\.(safetensors|bin)$/.test(path)),
  );
  if (!wanted.some(({ path }) => path === 'config.json'))
    throw new CheckpointError(`'${id}' on the hub has no config.json.`);
  let folder = '';
  for (const entry of wanted) {
    const cache = cacheFolder !== undefined && { cacheDir: cacheFolder };
    const local = await hub.downloadFileToCacheDir({ ...where, path: entry.path, ...cache });
    await verify(local, entry);
    // Those of sentence-transformers lie in folders of their own.
    if (entry.path === 'config.json') folder = dirname(local);
  }
  const ref = join(repository, 'refs', revision);
  if (revision !== sha) {
    await mkdir(dirname(ref), { recursive: true });
    await writeFile(`${ref}.partial`, sha);
    await rename(`${ref}.partial`, ref);
  }
  return folder;
}

/**
 * The folder itself if it is one; else the hub id's files, through the hub's cache, each checked against its hash.
 *
 * @throws {CheckpointError} when the name is neither a folder nor an id that can be fetched
 */
export async function fetchFolder(folderOrId: string, options: HubOptions): Promise<string> {
  const found = await stat(folderOrId).catch(() => undefined);
  if (found?.isDirectory()) return folderOrId;
  if (!hubId.test(folderOrId) || found)
    throw new CheckpointError(`'${folderOrId}' is no folder here, and no hub id (owner/name).`);
  const { revision = 'main', cacheFolder, offline = false } = options;
  if (revision.split('/').includes('..')) throw new CheckpointError(`'${revision}' is no revision.`);
  const hub = await import('@huggingface/hub');
  const repository = join(
    cacheFolder ?? hub.getHFHubCachePath(),
    hub.getRepoFolderName({ type: 'model', name: folderOrId }),
  );
  const cached = await cachedSnapshot(repository, revision);
  if (offline) {
    if (cached !== undefined) return cached;
    throw new CheckpointError(
      `'${folderOrId}' (${revision}) is no folder here and not in the hub's cache, and this is offline.`,
    );
  }
  try {
    return await quietly(() => download(hub, folderOrId, repository, options));
  } catch (error) {
    if (error instanceof CheckpointError) throw error;
    // The hub said no, or there is no way to it: then what was fetched before will do.
    if (cached !== undefined && !(error instanceof hub.HubApiError)) return cached;
    throw new CheckpointError(
      `'${folderOrId}' is no folder here and could not be fetched from the hub: ${hubSaid(error)}. Download it and pass the folder.`,
    );
  }
}
