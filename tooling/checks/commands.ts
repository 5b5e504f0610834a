import { readdirSync, readFileSync } from 'node:fs';

/** The README beside each command line lists every command that its help shows, and no other. */
const problems: string[] = [];
for (const [folder, page] of [
  ['apps/bench/src/commands', 'apps/bench/README.md'],
  ['apps/qa/src/commands', 'apps/qa/README.md'],
  ['packages/cli/src/commands', 'packages/cli/README.md'],
] as const) {
  const listed = new Set(
    [...readFileSync(page, 'utf8').matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name as string),
  );
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
  if (declared.size === 0) problems.push(`${folder} declares no command`);
  for (const name of declared) if (!listed.has(name)) problems.push(`${page} does not list '${name}'`);
  for (const name of listed) if (!declared.has(name)) problems.push(`${page} lists '${name}', which is no command`);
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exit(problems.length > 0 ? 1 : 0);
