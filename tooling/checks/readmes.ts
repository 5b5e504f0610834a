import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * READMEs of packages have one skeleton: name, how to install it, an example, then sections in one order, others between them.
 * Every name in code font that has our form (words joined by capitals, or a call) is exported by an entry, or is a property somewhere: nothing is
 * promised that cannot be imported. What the examples import, the line of `npm install` names: pnpm lays nothing else where it is found.
 */
const order = ['What it does', 'What to know', 'How it was checked', 'Limits'];
const entries = ['index', 'node', 'contract', 'terminal'];
/** Names of JavaScript and of other libraries. */
const elsewhere = new Set(['AutoConfig', 'BertForSequenceClassification', 'pipeline']);
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

for (const name of packages) {
  const path = `packages/${name}/README.md`;
  const text = readFileSync(path, 'utf8');
  const { name: called } = JSON.parse(readFileSync(`packages/${name}/package.json`, 'utf8')) as { name: string };
  if (!text.startsWith(`# ${called}\n`)) problems.push(`${path} must begin with '# ${called}'`);
  if (!new RegExp(`npm install [^\\n]*${called}|npx ${called}`).test(text))
    problems.push(`${path} does not say how to install ${called}`);
  const asked = /^npm install ([^#\n]+)/m.exec(text)?.[1]?.trim().split(/\s+/) ?? [called];
  const imported = [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].flatMap(([, body = '']) =>
    [...body.matchAll(/ from '((?:@[\w-]+\/)?[\w-]+)(?:\/[\w/-]+)?';$/gm)].map(([, from]) => from as string),
  );
  for (const from of new Set(imported))
    if (!asked.includes(from))
      problems.push(`${path}: an example imports '${from}', which its 'npm install' line does not name`);
  const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading as string);
  const known = headings.filter((heading) => order.includes(heading));
  if (known.join() !== order.filter((heading) => known.includes(heading)).join())
    problems.push(`${path}: sections stand in the order ${order.join(', ')}; found ${known.join(', ')}`);
  if (!known.includes('What it does')) problems.push(`${path} has no section 'What it does'`);
  namesIn(path, text);
}
namesIn('README.md', readFileSync('README.md', 'utf8'));

/** Notes names in code font that nothing exports. */
function namesIn(path: string, text: string): void {
  const prose = text.replace(/```[\s\S]*?```/g, '');
  for (const [, code] of prose.matchAll(/`([^`\n]+)`/g)) {
    // A name, `path.to.it`, a call, or the head of an object: `Name`, `name(…)`, `a.name`, `{ name: … }`.
    const names = /^[\w.]+(?:\(.*\))?$/.test(code as string)
      ? ((code as string).replace(/\(.*$/, '').split('.') as string[])
      : [...(code as string).matchAll(/(?:^|[\s({,])(\w+)(?=\(|:)/g)].map(([, name]) => name as string);
    for (const word of names) {
      const isOurs = /[a-z][A-Z]/.test(word) || /^[a-z]\w*\(/.test(code as string);
      if (!isOurs || exported.has(word) || properties.has(word) || elsewhere.has(word)) continue;
      problems.push(`${path} names '${word}', which no entry exports`);
    }
  }
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exit(problems.length > 0 || exported.size === 0 ? 1 : 0);
