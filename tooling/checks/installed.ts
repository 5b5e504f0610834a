import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * One install as users do it: every package packed, npm installs the tarballs into an empty project, Node imports each entry, and the
 * command line answers. What ours need of others comes from the registry.
 */
const root = mkdtempSync(join(tmpdir(), 'cloze-installed-'));
const run = (command: string, args: readonly string[], cwd: string) =>
  // onnxruntime-node's own script would fetch CUDA's libraries from outside npm.
  execFileSync(command, args, {
    ...{ cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, unknown>>;
}

try {
  const entries: string[] = [];
  for (const folder of readdirSync('packages')) {
    run('pnpm', ['pack', '--pack-destination', root], resolve('packages', folder));
    const { name, exports = {} } = JSON.parse(
      readFileSync(join('packages', folder, 'package.json'), 'utf8'),
    ) as Manifest;
    for (const path of Object.keys(exports)) if (!path.endsWith('.json')) entries.push(name + path.slice(1));
  }
  const tarballs = readdirSync(root).map((file) => `file:${join(root, file)}`);
  const project = mkdtempSync(join(root, 'project-'));
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...tarballs], project);
  for (const entry of entries)
    run(
      process.execPath,
      ['-e', `import('${entry}').then((m) => { if (Object.keys(m).length === 0) process.exit(3); })`],
      project,
    );
  const help = run(join(project, 'node_modules', '.bin', 'cloze'), ['--help'], project);
  if (!help.includes('fine-tune') && !help.includes('fill')) throw new Error(`cloze --help says: ${help}`);
  process.stdout.write(`installed ${tarballs.length} packages, imported ${entries.length} entries\n`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
