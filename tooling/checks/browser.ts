import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

/**
 * Every package that a page may load is bundled for browsers from its main entry: no module of Node is reached, no native one, none of Node's
 * globals, and its size (gzip) stays below its ceiling in `browser-sizes.json`. One import alone is bundled too: the rest falls away.
 */
interface Ceilings {
  /** Most kilobytes, gzip, of a main entry with all that it imports. */
  readonly packages: Readonly<Record<string, number>>;
  /** The same of one name of a package, as `name from package`. */
  readonly imports: Readonly<Record<string, number>>;
  /** The same of a file of an application: what the playground's worker loads before the engine. */
  readonly files: Readonly<Record<string, number>>;
}
const ceilings = JSON.parse(readFileSync('tooling/checks/browser-sizes.json', 'utf8')) as Ceilings;

/** Node's globals, each under a name that says so wherever it is used. */
const globals = ['process', 'Buffer', 'setImmediate', 'require', 'module', '__dirname', '__filename'];
const marked = (name: string) => `nodeOnly_${name}`;

/** Modules that a browser has not, or that are not there, are left out of the bundle, so that who imports them can be told. */
const withoutNode: Plugin = {
  name: 'without-node',
  setup: ({ onResolve, resolve }) => {
    const node = new Set(builtinModules);
    onResolve({ filter: /^[^./#]/ }, async ({ path, pluginData, kind, resolveDir }) => {
      if (pluginData === 'asked' || kind === 'entry-point') return undefined;
      if (path.startsWith('node:') || node.has(path)) return { path, external: true };
      const found = await resolve(path, { kind, resolveDir, pluginData: 'asked' });
      return found.errors.length > 0 || found.path.endsWith('.node') ? { path, external: true } : found;
    });
  },
};

/** The shortest way of imports from an entry to each file. */
function waysTo(inputs: Metafile['inputs'], entry: string): ReadonlyMap<string, readonly string[]> {
  const ways = new Map<string, readonly string[]>([[entry, [entry]]]);
  for (const [path, way] of ways)
    for (const { path: next } of inputs[path]?.imports ?? []) if (!ways.has(next)) ways.set(next, [...way, next]);
  return ways;
}

const short = (path: string) => path.replace(/^.*node_modules\//, '');

/** Bundles an entry, or a line of its own. @returns its size in kB, and what a browser has not */
async function bundled(source: { readonly entry: string } | { readonly line: string }) {
  const entry = 'entry' in source ? source.entry : '<stdin>';
  const at: BuildOptions =
    'entry' in source ? { entryPoints: [entry] } : { stdin: { contents: source.line, resolveDir: 'packages/models' } };
  const options = {
    ...({ bundle: true, format: 'esm', platform: 'browser', target: 'es2023', logLevel: 'silent' } as const),
    ...{ conditions: ['@cloze/source'], plugins: [withoutNode], ...at },
  };
  const asked = { write: false, metafile: true } as const;
  const [whole, small] = await Promise.all([
    build({ ...options, ...asked, define: Object.fromEntries(globals.map((name) => [name, marked(name)])) }),
    build({ ...options, ...asked, minify: true }),
  ]);
  const problems: string[] = [];
  for (const [path, way] of waysTo(whole.metafile.inputs, entry))
    if (whole.metafile.inputs[path] === undefined) problems.push(`reaches ${path}: ${way.map(short).join(' > ')}`);
  // Before what comes of a file, esbuild writes the file's name.
  let file = entry;
  for (const line of (whole.outputFiles[0]?.text ?? '').split('\n')) {
    file = /^\/\/ (\S+\.[a-z]+)$/.exec(line)?.[1] ?? file;
    for (const name of globals)
      if (new RegExp(`\\b${marked(name)}\\b`).test(line)) problems.push(`uses ${name}: ${short(file)}: ${line.trim()}`);
  }
  return { size: gzipSync(small.outputFiles[0]?.contents ?? '').length / 1000, problems };
}

const found: string[] = [];
const lines: string[] = [];
const judge = async (name: string, most: number, source: Parameters<typeof bundled>[0]) => {
  const { size, problems } = await bundled(source);
  lines.push(`${size.toFixed(1).padStart(7)} kB of ${most}  ${name}`);
  for (const problem of problems) found.push(`${name} ${problem}`);
  if (size > most) found.push(`${name} is ${size.toFixed(1)} kB (gzip), above its ${most} kB in browser-sizes.json`);
};
for (const [name, most] of Object.entries(ceilings.packages))
  await judge(`@cloze/${name}`, most, { entry: `packages/${name}/src/index.ts` });
for (const [name, most] of Object.entries(ceilings.imports)) {
  const [, one, from] = /^(\w+) from (\S+)$/.exec(name) ?? [];
  await judge(name, most, { line: `export { ${one} } from '${from}';` });
}
for (const [path, most] of Object.entries(ceilings.files)) await judge(path, most, { entry: path });
process.stdout.write(`${lines.join('\n')}\n`);
for (const problem of found) process.stderr.write(`${problem}\n`);
process.exit(found.length > 0 || lines.length === 0 ? 1 : 0);
