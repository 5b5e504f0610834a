import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Compares who imports whom, in package.json and in the sources, with the table in docs/architecture.md. */
const table = readFileSync('docs/architecture.md', 'utf8');
const allowed = new Map<string, string[]>();
for (const [, name, list] of table.matchAll(/^\| `packages\/([a-z]+)` \|[^|]*\| ([^|]*) \|$/gm)) {
  allowed.set(
    name as string,
    [...(list as string).matchAll(/`@cloze\/([a-z]+)`/g)].map(([, target]) => target as string),
  );
}
const packages = readdirSync('packages');
const problems = packages
  .filter((name) => !allowed.has(name))
  .map((name) => `packages/${name} is not in the table of docs/architecture.md`);

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sources(path) : path.endsWith('.ts') && !path.endsWith('.test.ts') ? [path] : [];
  });
}

for (const name of packages) {
  const manifest = JSON.parse(readFileSync(`packages/${name}/package.json`, 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  const declared = Object.keys(manifest.dependencies ?? {}).flatMap((key) =>
    key.startsWith('@cloze/') ? [key.slice(7)] : [],
  );
  const drawn = allowed.get(name) ?? [];
  for (const target of declared)
    if (!drawn.includes(target))
      problems.push(`packages/${name}/package.json depends on @cloze/${target}: no such arrow`);
  for (const target of drawn)
    if (!declared.includes(target))
      problems.push(`docs/architecture.md draws ${name} → ${target}, package.json has no such dependency`);
  for (const path of sources(`packages/${name}/src`)) {
    for (const [, target] of readFileSync(path, 'utf8').matchAll(/from '@cloze\/([a-z]+)'/g)) {
      if (!drawn.includes(target as string)) problems.push(`${path} imports @cloze/${target}: no such arrow`);
    }
  }
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exit(problems.length > 0 || packages.length === 0 ? 1 : 0);
