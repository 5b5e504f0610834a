import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const isSource = (name: string, path: string) =>
  name.endsWith('.ts') && !name.endsWith('.d.ts') && !/\.test(-d)?\.ts$|\/test\//.test(path);

/** TypeScript below a folder, tests left out, and files of the other names asked for. */
export function sourceFiles(folder: string, others: readonly string[] = []): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (name === 'node_modules' || name === 'dist' || name.startsWith('.')) return [];
    if (statSync(path).isDirectory()) return sourceFiles(path, others);
    return isSource(name, path) || others.includes(name) ? [path] : [];
  });
}
