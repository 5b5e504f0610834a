import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** The release of TensorFlow that the package is tested with. */
export const tensorflowVersion = '2.21.0';

type Environment = Readonly<Record<string, string | undefined>>;

/** The two files that the engine needs, the one to open first. @internal */
export const libraryNames = (platform: string = process.platform): readonly [string, string] =>
  platform === 'darwin'
    ? ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib']
    : ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** Where `install` puts the libraries of this platform. @internal */
export function cacheDirectory(
  env: Environment,
  home: string,
  { gpu = false }: { readonly gpu?: boolean } = {},
): string {
  // The XDG specification: a relative path is to be ignored.
  const xdg = env.XDG_CACHE_HOME;
  const root = xdg && isAbsolute(xdg) ? xdg : join(home, '.cache');
  const platform = `${process.platform}-${process.arch}${gpu ? '-gpu' : ''}`;
  return join(root, 'cloze', `libtensorflow-${tensorflowVersion}-${platform}`);
}

/**
 * Looks for libtensorflow: an explicit folder, then `CLOZE_LIBTENSORFLOW`, then the cache that `install` fills.
 * A folder that was named but does not hold the libraries is not passed over: the reason names it.
 *
 * @returns the folder, or in one sentence why there is none and what to do
 */
export function findLibtensorflow({
  directory,
  env = process.env,
  home = homedir(),
  gpu = false,
}: {
  /** Folder to look in first, default none. */
  readonly directory?: string | undefined;
  /** Environment, default the process's. */
  readonly env?: Environment;
  /** Home folder, default the user's. */
  readonly home?: string;
  /** Look for the GPU build in the cache, default false. */
  readonly gpu?: boolean;
} = {}): { readonly path: string } | { readonly reason: string } {
  const missing = (folder: string) => libraryNames().filter((name) => !existsSync(join(folder, name)));
  for (const [folder, source] of [
    [directory, 'the folder given'],
    [env.CLOZE_LIBTENSORFLOW, 'CLOZE_LIBTENSORFLOW'],
  ] as const) {
    if (!folder) continue;
    const lacks = missing(folder);
    if (lacks.length === 0) return { path: folder };
    return { reason: `${source} is ${folder}, which lacks ${lacks.join(' and ')}; correct it or leave it out.` };
  }
  const cache = cacheDirectory(env, home, { gpu });
  if (missing(cache).length === 0) return { path: cache };
  return { reason: `libtensorflow is not in ${cache}; run 'cloze-backend install${gpu ? ' --gpu' : ''}'.` };
}
