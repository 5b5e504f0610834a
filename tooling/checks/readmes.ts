import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * READMEs of packages have one skeleton: name, how to install it, an example, then sections in one order, others between them.
 * Every name in code font that is written as a function's or constant's is exported by an entry, or is a property somewhere: nothing is promised
 * that cannot be imported.
 */
const order = ['What it does', 'What to know', 'How it was checked', 'Limits'];
const entries = ['index', 'node', 'contract', 'terminal'];
const problems: string[] = [];

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return path.endsWith('.ts') && !path.endsWith('.test.ts') ? [path] : [];
  });
}

const exported = new Set<string>();
const properties = new Set<string>();
const packages = readdirSync('packages');
for (const name of packages) {
  for (const entry of entries) {
    const path = `packages/${name}/src/${entry}.ts`;
    if (!existsSync(path)) continue;
    for (const [, list] of readFileSync(path, 'utf8').matchAll(/export (?:type )?\{([^}]*)\}/g))
      for (const item of (list as string).split(','))
        exported.add(((/(?:as )?(\w+)\s*$/.exec(item.trim()) ?? [])[1] ?? '').trim());
  }
  // A property or a method of an interface; a function of a file's own is none.
  for (const path of sources(`packages/${name}/src`))
    for (const [, property] of readFileSync(path, 'utf8').matchAll(
      /^\s+(?:readonly )?(\w+)(?:\??:|\([^)]*\): [^{]*;$)/gm,
    ))
      properties.add(property as string);
}
const functions = new Set<string>();
for (const name of packages)
  for (const path of sources(`packages/${name}/src`))
    for (const [, own] of readFileSync(path, 'utf8').matchAll(
      /^(?:export )?(?:async )?(?:function\*?|const|class) (\w+)/gm,
    ))
      functions.add(own as string);

for (const name of packages) {
  const path = `packages/${name}/README.md`;
  const text = readFileSync(path, 'utf8');
  const { name: called } = JSON.parse(readFileSync(`packages/${name}/package.json`, 'utf8')) as { name: string };
  if (!text.startsWith(`# ${called}\n`)) problems.push(`${path} must begin with '# ${called}'`);
  if (!new RegExp(`npm install [^\\n]*${called}|npx ${called}`).test(text))
    problems.push(`${path} does not say how to install ${called}`);
  const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading as string);
  const known = headings.filter((heading) => order.includes(heading));
  if (known.join() !== order.filter((heading) => known.includes(heading)).join())
    problems.push(`${path}: sections stand in the order ${order.join(', ')}; found ${known.join(', ')}`);
  if (!known.includes('What it does')) problems.push(`${path} has no section 'What it does'`);
  const prose = text.replace(/```[\s\S]*?```/g, '');
  for (const [, code] of prose.matchAll(/`([^`\n]+)`/g)) {
    const word = /^(\w+)(?:\(.*\))?$/.exec(code as string)?.[1];
    if (word === undefined || !functions.has(word) || exported.has(word) || !/[a-z][A-Z]/.test(word)) continue;
    if (!properties.has(word)) problems.push(`${path} names '${word}', which no entry exports`);
  }
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exit(problems.length > 0 || exported.size === 0 ? 1 : 0);
