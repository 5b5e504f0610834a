import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { sha256 } from '@cloze/sweeps/node';

/** The repository: this file lies in `apps/bench/src/sweeps`, or built in `apps/bench/dist/sweeps`. */
const root = join(import.meta.dirname, '..', '..', '..', '..');

let known: string | undefined;

/** A hash of all code that a run may use: the sources of bench, of the quick start that it takes poems from, and of every package, tests left out, and the lock file for what others wrote. */
export function codeHash(): string {
  if (known !== undefined) return known;
  const folders = readdirSync(join(root, 'packages'))
    .sort()
    .map((name) => join(root, 'packages', name, 'src'))
    .concat(['bench', 'quick-start'].map((app) => join(root, 'apps', app, 'src')));
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !/\.test(-d)?\.ts$/.test(name))
      .map((name) => join(folder, name)),
  );
  const texts = files.concat(join(root, 'pnpm-lock.yaml')).map((path) => {
    const name = relative(root, path).replaceAll('\\', '/');
    return `${name} ${sha256(readFileSync(path))}\n`;
  });
  known = sha256(texts.sort().join(''));
  return known;
}
