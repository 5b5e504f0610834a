import { readdirSync, readFileSync } from 'node:fs';

/** apps/bench/README.md lists every command that `bench --help` shows, and no other. */
const folder = 'apps/bench/src/commands';
const readme = readFileSync('apps/bench/README.md', 'utf8');
const listed = new Set([...readme.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name as string));
const declared = new Set(
  readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) => {
      const source = readFileSync(`${folder}/${file}`, 'utf8');
      return [...source.matchAll(/program\s*\.command\(\s*'([\w-]+)[^']*'(, \{ hidden: true \})?/g)].flatMap(
        ([, name, hidden]) => (hidden ? [] : [name as string]),
      );
    }),
);
const problems = [
  ...[...declared].filter((name) => !listed.has(name)).map((name) => `apps/bench/README.md does not list '${name}'`),
  ...[...listed]
    .filter((name) => !declared.has(name))
    .map((name) => `apps/bench/README.md lists '${name}', which is no command`),
];
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exit(problems.length > 0 || declared.size === 0 ? 1 : 0);
