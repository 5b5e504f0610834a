import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Packs every package, lints the tarball, and compiles a consumer against its types with `skipLibCheck: false`. */
const problems: string[] = [];
const root = mkdtempSync(join(tmpdir(), 'cloze-packed-'));
const scope = join(root, 'node_modules', '@cloze');
mkdirSync(scope, { recursive: true });

function attempt(what: string, command: string, args: string[], cwd: string): boolean {
  try {
    execFileSync(command, args, { cwd, stdio: 'pipe', encoding: 'utf8' });
    return true;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    problems.push(`${what}:\n${stdout}${stderr}`);
    return false;
  }
}

try {
  const names = readdirSync('packages');
  for (const name of names) {
    const folder = resolve('packages', name);
    attempt(`${name}: pnpm pack`, 'pnpm', ['pack', '--pack-destination', root], folder);
    const tarball = readdirSync(root).find((file) =>
      name === 'cli' ? /^cloze-\d/.test(file) : file.startsWith(`cloze-${name}-`),
    );
    if (!tarball) {
      problems.push(`${name}: no tarball`);
      continue;
    }
    const bin = (tool: string) => resolve('node_modules', '.bin', tool);
    attempt(`${name}: publint`, bin('publint'), ['run', '--strict', join(root, tarball)], folder);
    attempt(
      `${name}: are-the-types-wrong`,
      bin('attw'),
      [join(root, tarball), '--profile', 'esm-only', '--no-color'],
      folder,
    );
    // The command line's own name has no scope.
    const home = name === 'cli' ? join(root, 'node_modules', 'cloze') : join(scope, name);
    mkdirSync(home);
    attempt(`${name}: unpack`, 'tar', ['-xzf', join(root, tarball), '-C', home, '--strip-components=1'], folder);
    const manifest = readFileSync(join(home, 'package.json'), 'utf8');
    if (manifest.includes('workspace:') || manifest.includes('catalog:'))
      problems.push(`${name}: the packed package.json still says workspace: or catalog:`);
  }
  symlinkSync(resolve('node_modules/@types'), join(root, 'node_modules', '@types'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  const withEntry = (entry: string) => names.filter((name) => existsSync(join(scope, name, `dist/${entry}.d.ts`)));
  // The first entries must compile without Node's types; `./node` entries may ask for them.
  for (const [consumer, types, lines] of [
    ['consumer', [], withEntry('index').map((name) => `export * as ${name} from '@cloze/${name}';\n`)],
    ['node-consumer', ['node'], withEntry('node').map((name) => `export * as ${name} from '@cloze/${name}/node';\n`)],
  ] as const) {
    writeFileSync(join(root, `${consumer}.ts`), lines.join(''));
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2023',
      strict: true,
      skipLibCheck: false,
      noEmit: true,
      types,
      lib: ['es2023', 'esnext.disposable'],
    };
    writeFileSync(join(root, `${consumer}.json`), JSON.stringify({ compilerOptions, files: [`${consumer}.ts`] }));
    const tsc = resolve('node_modules/.bin/tsc');
    attempt(`${consumer} with skipLibCheck: false`, tsc, ['-p', join(root, `${consumer}.json`)], root);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exit(problems.length > 0 ? 1 : 0);
