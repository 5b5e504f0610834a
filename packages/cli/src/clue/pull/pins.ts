import { existsSync, readFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { nodeFiles } from '@cloze/trainer/node';

/** What was fetched from an address. */
export interface PinnedSource {
  readonly sha256: string;
  readonly bytes: number;
  /** What the first fetch was checked against: a recorded checksum, or nothing, so that this pin is the first one. */
  readonly checked: 'recorded' | 'first fetch';
}

/** A file in the data folder and where it came from. */
export interface PinnedFile {
  readonly sha256: string;
  readonly bytes: number;
  readonly url: string;
}

/** `checksums.json` of a data folder: what later fetches and checks are compared with. */
export interface Pins {
  readonly sources: Readonly<Record<string, PinnedSource>>;
  readonly files: Readonly<Record<string, PinnedFile>>;
}

/** Name of the file in the data folder. */
export const pinsName = 'checksums.json';

const isRecord = <T extends object>(value: T | undefined): value is T =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a name stays in the folder it is joined to. */
const isInside = (name: string) => !isAbsolute(name) && !name.split(/[\\/]/).includes('..');

/** Reads the pins of a data folder. @returns none when it has no such file @throws when it is no pins file */
export function readPins(data: string): Pins {
  const path = join(data, pinsName);
  if (!existsSync(path)) return { sources: {}, files: {} };
  try {
    const { sources, files } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Pins>;
    if (isRecord(sources) && isRecord(files) && Object.keys(files).every(isInside)) return { sources, files };
  } catch {
    // The message below says all there is to say.
  }
  throw new Error(`${path} is no list of checksums; remove it to pin anew what is fetched next.`);
}

/** Writes the pins of a data folder, whole or not at all. */
export async function writePins(data: string, pins: Pins): Promise<void> {
  const path = join(data, pinsName);
  const { write, flushFolder } = nodeFiles();
  await rm(`${path}.tmp`, { force: true });
  await write(`${path}.tmp`, Buffer.from(`${JSON.stringify(pins, undefined, 1)}\n`));
  await rename(`${path}.tmp`, path);
  await flushFolder(data);
}
