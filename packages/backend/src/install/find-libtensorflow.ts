import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/** The parts of the process that decide where libtensorflow is looked for. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
  /** As `process.platform`. */
  readonly platform: string;
  /** As `process.arch`. */
  readonly arch: string;
}

/** The folder that holds the libraries, or in one sentence why there is none and what to do. */
export type Found = { readonly directory: string } | { readonly reason: string };

/** The per-user folder that `install` fills: `$XDG_CACHE_HOME` or `~/.cache`, then `cloze/libtensorflow-...`. */
export function cacheDirectory({ env, home, platform, arch }: Surroundings): string {
  // The XDG specification: a relative path is to be ignored.
  const xdg = env.XDG_CACHE_HOME;
  const root = xdg && isAbsolute(xdg) ? xdg : join(home, '.cache');
  return join(root, 'cloze', `libtensorflow-2.21.0-${platform}-${arch}`);
}

/**
 * Looks for libtensorflow: the folder given, else `CLOZE_LIBTENSORFLOW`, else the per-user cache.
 * A folder that was named but lacks the libraries is not passed over: the reason names it.
 */
export function findLibtensorflow(surroundings: Surroundings, directory?: string): Found {
  const ending = surroundings.platform === 'darwin' ? '.2.dylib' : '.so.2';
  const names = [`libtensorflow_cc${ending}`, `libtensorflow_framework${ending}`];
  const missing = (folder: string) => names.filter((name) => !existsSync(join(folder, name)));
  const named = directory || surroundings.env.CLOZE_LIBTENSORFLOW;
  const folder = named || cacheDirectory(surroundings);
  const lacks = missing(folder);
  if (lacks.length === 0) return { directory: folder };
  if (!named) return { reason: `libtensorflow is not in ${folder}; run 'cloze-backend install'.` };
  const source = directory ? 'the folder given' : 'CLOZE_LIBTENSORFLOW';
  return { reason: `${source} is ${folder}, which lacks ${lacks.join(' and ')}; correct it or leave it out.` };
}
