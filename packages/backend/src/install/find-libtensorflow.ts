import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { checkOptions, flag, text } from '@cloze/checks';

/** The parts of the process that decide where libtensorflow is looked for; `thisMachine()` gives them. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
  /** As `process.platform`. */
  readonly platform: string;
  /** As `process.arch`. */
  readonly arch: string;
  /** Version of the GNU C library on Linux, `none` where another one is in its place; left out, it is not asked about. */
  readonly glibc?: string;
}

/** Where to look, and for what. */
export interface FindOptions {
  /** This folder and no other. */
  readonly directory?: string | undefined;
  /** Only the build with CUDA, default false. */
  readonly gpu?: boolean;
}

/** The folder that holds the libraries, or in one sentence why there is none and what to do. */
export type Found = { readonly directory: string } | { readonly reason: string };

/** The per-user folder that `install` fills: `$XDG_CACHE_HOME` or `~/.cache`, then `cloze/libtensorflow-...`. */
export function cacheDirectory({ env, home, platform, arch }: Surroundings, gpu = false): string {
  // The XDG specification: a relative path is to be ignored.
  const xdg = env.XDG_CACHE_HOME;
  const root = xdg && isAbsolute(xdg) ? xdg : join(home, '.cache');
  return join(root, 'cloze', `libtensorflow${gpu ? '-gpu' : ''}-2.21.0-${platform}-${arch}`);
}

/**
 * Looks for libtensorflow: the folder given, else `CLOZE_LIBTENSORFLOW`, else the per-user cache. The build with CUDA runs on a
 * machine without a GPU too, so it is taken when it is the only one in the cache.
 *
 * A folder that was named but lacks the libraries is not passed over: the reason names it.
 */
export function findLibtensorflow(surroundings: Surroundings, options: FindOptions = {}): Found {
  checkOptions('findLibtensorflow', options, { directory: text, gpu: flag });
  const { directory, gpu = false } = options;

  const ending = surroundings.platform === 'darwin' ? '.2.dylib' : '.so.2';
  const names = [`libtensorflow_cc${ending}`, `libtensorflow_framework${ending}`];
  const missing = (folder: string) => names.filter((name) => !existsSync(join(folder, name)));
  const named = directory || surroundings.env.CLOZE_LIBTENSORFLOW;
  const caches = gpu ? [true] : [false, true];
  const folders = named ? [named] : caches.map((build) => cacheDirectory(surroundings, build));
  for (const folder of folders) if (missing(folder).length === 0) return { directory: folder };
  const [folder] = folders as [string];
  if (named) {
    const source = directory ? 'the folder given' : 'CLOZE_LIBTENSORFLOW';
    return {
      reason: `${source} is ${folder}, which lacks ${missing(folder).join(' and ')}; correct it or leave it out.`,
    };
  }
  return gpu
    ? { reason: `the GPU build of libtensorflow is not in ${folder}; 'cloze-backend install --gpu' puts it there.` }
    : { reason: `libtensorflow is not in ${folder}; run 'cloze-backend install'.` };
}
