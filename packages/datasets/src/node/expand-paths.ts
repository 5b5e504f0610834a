import { existsSync, readdirSync, statSync } from 'node:fs';
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

/** Files of paths and globs (`*`, `?`, `**`), sorted within a glob, each once. @throws {TableError} naming every one that finds no file */
export function expandPaths(paths: string | readonly string[]): string[] {
  const files = new Set<string>();
  const absent: string[] = [];
  for (const path of typeof paths === 'string' ? [paths] : paths) {
    const found =
      existsSync(path) && statSync(path).isFile() ? [path] : hasWildcard(path) ? below('', path.split(/[\\/]/)) : [];
    if (found.length === 0) absent.push(path);
    for (const file of found) files.add(file);
  }
  if (absent.length > 0)
    throw new TableError(absent.join(', '), [
      { row: 0, problem: absent.length === 1 ? 'no such file' : 'no such files' },
    ]);
  return [...files];
}
