import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClueTask } from '@cloze/datasets';
import { hashFile, nodeFiles } from '@cloze/trainer/node';
import { type DownloadOptions, download } from './download.ts';
import { type PinnedFile, type Pins, readPins, writePins } from './pins.ts';
import type { DataSource } from './sources.ts';
import { unpack } from './unpack.ts';

/** What was done for one source. */
export interface PulledSource {
  readonly kind: 'source';
  readonly task: string;
  readonly url: string;
  readonly state: 'fetched' | 'there';
  readonly sha256: string;
  readonly bytes: number;
  /** What the bytes were compared with: a recorded checksum, an earlier fetch's, or nothing, so that they are now pinned. */
  readonly checked: 'recorded' | 'pinned' | 'first fetch';
  readonly files: readonly string[];
}

/** How a source is pulled. */
export interface PullOptions extends Omit<DownloadOptions, 'most'> {
  /** Address of a mirror, or a local folder, that has the sources' `path`s; default the official addresses. */
  readonly from?: string;
}

/** Folder, inside the data folder, of what is not complete yet. */
export const partialName = '.partial';

// MNLI's archive is the largest.
const most = 500_000_000;
const isAddress = (from: string) => /^https?:\/\//.test(from);

/** Gets a source's bytes into a file. */
async function fetchTo(part: string, source: DataSource, { from, ...options }: PullOptions): Promise<void> {
  if (from === undefined || isAddress(from)) {
    const url = from === undefined ? source.url : `${from.replace(/\/$/, '')}/${source.path}`;
    await download(url, part, { ...options, most: source.bytes ?? most });
    return;
  }
  const path = [source.path, source.path.split('/').at(-1) as string]
    .map((name) => join(from, name))
    .find((candidate) => existsSync(candidate));
  if (path === undefined) throw new Error(`${from} has no ${source.path} (as fetched from ${source.url}).`);
  await copyFile(path, part);
}

/** Files of a source that are in place and are what was fetched. @throws when one was changed since */
async function filesInPlace(data: string, { url }: DataSource, { files }: Pins) {
  const pinned = Object.entries(files).filter(([, file]) => file.url === url);
  const there: string[] = [];
  for (const [name, { sha256 }] of pinned) {
    if (!existsSync(join(data, name))) continue;
    if ((await hashFile(join(data, name))).sha256 !== sha256)
      throw new Error(`${name} was changed since it was fetched; remove it to fetch it again, or keep it elsewhere.`);
    there.push(name);
  }
  return { pinned: pinned.map(([name]) => name), there };
}

/** @throws when the bytes are not those that were recorded or pinned */
function compare(source: DataSource, found: { readonly sha256: string; readonly bytes: number }, pins: Pins) {
  const pin = pins.sources[source.url];
  const expected = source.sha256 ?? pin?.sha256;
  if (expected !== undefined && found.sha256 !== expected)
    throw new Error(
      `${source.url}: ${found.bytes} bytes with sha256 ${found.sha256} arrived, ${source.sha256 === undefined ? `the first fetch had` : 'recorded are'} ${source.bytes ?? pin?.bytes} bytes with ${expected}. Nothing was changed. ${source.sha256 === undefined ? 'If the data set has a new version, fetch it into another folder.' : 'A proxy or a mirror may have answered instead; try again.'}`,
    );
  return source.sha256 !== undefined ? 'recorded' : pin !== undefined ? 'pinned' : 'first fetch';
}

/**
 * Brings the files of one source into a data folder, complete and compared with a checksum, or not at all.
 *
 * Checksums are written before the files are moved into place, so that a call that was killed in between is simply repeated. Files
 * that were not fetched by this command are never replaced, nor mixed with fetched ones: their split may be another one.
 *
 * @throws in one sentence with what to do; nothing half written is left in place
 */
export async function pullSource(
  data: string,
  task: ClueTask,
  source: DataSource,
  options: PullOptions,
): Promise<PulledSource> {
  const { url } = source;
  const pins = readPins(data);
  const { pinned, there } = await filesInPlace(data, source, pins);
  const pin = pins.sources[url];
  if (pin !== undefined && pinned.length > 0 && there.length === pinned.length)
    return { kind: 'source', task: task.name, url, state: 'there', ...pin, checked: 'pinned', files: there };
  const foreign = task.files
    .map(({ name }) => `${task.folder}/${name}`)
    .filter((name) => existsSync(join(data, name)) && pins.files[name] === undefined);
  if (foreign.length > 0)
    throw new Error(
      `${foreign.join(', ')} ${foreign.length > 1 ? 'are' : 'is'} there already and was not fetched by this command; official files beside ${foreign.length > 1 ? 'them' : 'it'} could put the same rows in train and dev. Choose another --data folder, or move ${foreign.length > 1 ? 'them' : 'it'} away.`,
    );
  const partial = join(data, partialName);
  const part = join(partial, `${createHash('sha256').update(url).digest('hex').slice(0, 16)}.part`);
  const unpacked = join(partial, 'unpacked');
  await fetchTo(part, source, options);
  const found = await hashFile(part);
  try {
    // A killed call may have left some.
    await rm(unpacked, { recursive: true, force: true });
    await mkdir(unpacked);
    const checked = compare(source, found, pins);
    let names: readonly string[];
    if (source.form === 'zip')
      names = await unpack(
        part,
        new Set([...task.files.map(({ name }) => name), ...(task.companions ?? [])]),
        unpacked,
      );
    else {
      names = [source.path.split('/').at(-1) as string];
      await rename(part, join(unpacked, names[0] as string));
    }
    if (source.form === 'zip')
      for (const split of ['train', 'dev'])
        if (!task.files.some((file) => file.split === split && names.includes(file.name)))
          throw new Error(`${url}: the archive has no ${split} file of ${task.name}.`);
    const files: Record<string, PinnedFile> = {};
    for (const name of names) files[`${task.folder}/${name}`] = { ...(await hashFile(join(unpacked, name))), url };
    const origin = pin?.checked ?? (checked === 'recorded' ? 'recorded' : 'first fetch');
    await writePins(data, {
      sources: { ...pins.sources, [url]: { ...found, checked: origin } },
      files: { ...pins.files, ...files },
    });
    await mkdir(join(data, task.folder), { recursive: true });
    for (const name of names) await rename(join(unpacked, name), join(data, task.folder, name));
    await nodeFiles().flushFolder(join(data, task.folder));
    return { kind: 'source', task: task.name, url, state: 'fetched', ...found, checked, files: Object.keys(files) };
  } catch (error) {
    throw error instanceof Error && error.message.startsWith(url)
      ? error
      : new Error(`${url}: ${(error as Error).message}`);
  } finally {
    // Complete but wrong, or in place by now: either way not to be gone on with.
    await rm(part, { force: true });
    await rm(`${part}.json`, { force: true });
    await rm(unpacked, { recursive: true, force: true });
  }
}
