import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { TableError } from '../tables/table.ts';

const hasWildcard = (part: string) => /[*?]/.test(part);
const patternOf = (part: string) =>
  new RegExp(
    `^${part
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '[^/]*')
      .replace(/\?/g, '[^/]')}$`,
  );

/** Paths below `base` that fit the remaining parts of a pattern; `**` stands for any number of folders. */
function below(base: string, parts: readonly string[]): string[] {
  const [part, ...rest] = parts;
  if (part === undefined) return existsSync(base || '.') && statSync(base).isFile() ? [base] : [];
  if (!hasWildcard(part)) return below(base === '' ? part || sep : join(base, part), rest);
  if (!existsSync(base || '.') || !statSync(base || '.').isDirectory()) return [];
  const entries = readdirSync(base || '.', { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (part === '**')
    return [
      ...below(base, rest),
      ...entries.filter((entry) => entry.isDirectory()).flatMap(({ name }) => below(join(base, name), parts)),
    ];
  return entries.filter(({ name }) => patternOf(part).test(name)).flatMap(({ name }) => below(join(base, name), rest));
}

/** Why paths give no file. */
function problemOf(absent: readonly string[]): string {
  if (absent.length > 1) return 'no such files';
  const found = statSync(absent[0] as string, { throwIfNoEntry: false });
  if (!found) return 'no such file';
  return found.isDirectory() ? 'is a folder; name its files' : 'is no file, but a pipe or a device';
}

/** Files of paths and globs (`*`, `?`, `**`), sorted within a glob, each once. @throws {TableError} naming every one that finds no file */
export function expandPaths(paths: string | readonly string[]): string[] {
  // By the place a path leads to: `a.txt` and `./a.txt` are one file.
  const files = new Map<string, string>();
  const absent: string[] = [];
  for (const path of typeof paths === 'string' ? [paths] : paths) {
    const found =
      existsSync(path) && statSync(path).isFile() ? [path] : hasWildcard(path) ? below('', path.split(/[\\/]/)) : [];
    if (found.length === 0) absent.push(path);
    for (const file of found) {
      const place = realpathSync(file);
      if (!files.has(place)) files.set(place, file);
    }
  }
  if (absent.length > 0) throw new TableError(absent.join(', '), [{ row: 0, problem: problemOf(absent) }]);
  return [...files.values()];
}
