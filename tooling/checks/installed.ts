import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * One install as users do it: every package packed, npm installs the tarballs into an empty project, Node imports each entry, and the
 * command line answers. What ours need of others comes from the registry. The backend is installed alone too, with and without what is
 * optional: what it takes on disk has a ceiling, and without ONNX Runtime its engine list says how to get it.
 */
const root = mkdtempSync(join(tmpdir(), 'cloze-installed-'));
const run = (command: string, args: readonly string[], cwd: string) =>
  // onnxruntime-node's own script would fetch CUDA's libraries from outside npm.
  execFileSync(command, args, {
    ...{ cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });

/** Megabytes on disk of the backend alone; ONNX Runtime's package holds the libraries of all platforms. */
const ceilings = [
  [[], 320],
  [['--omit=optional'], 15],
] as const;

/** Bytes of all files below a folder. */
const sizeOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).reduce(
    (total, file) => total + (file.isFile() ? statSync(join(file.parentPath, file.name)).size : 0),
    0,
  );

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
  const alone = tarballs.filter((file) => /cloze-(backend|checks)-/.test(file));
  for (const [options, ceiling] of ceilings) {
    const own = mkdtempSync(join(root, 'backend-'));
    writeFileSync(join(own, 'package.json'), '{ "private": true, "type": "module" }');
    run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...options, ...alone], own);
    const size = Math.round(sizeOf(join(own, 'node_modules')) / 1e6);
    const what = `@cloze/backend ${options.join(' ')}`.trim();
    if (size > ceiling) throw new Error(`${what} takes ${size} MB, at most ${ceiling} MB are meant.`);
    process.stdout.write(`${what}: ${size} MB\n`);
    if (options.length === 0) continue;
    const doctor = [join(own, 'node_modules', '.bin', 'cloze-backend'), 'doctor', '--engine', 'onnx'];
    const { status, stderr } = spawnSync(process.execPath, doctor, { encoding: 'utf8' });
    if (status !== 1 || !stderr.includes('ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node brings it.'))
      throw new Error(`Without onnxruntime-node the doctor says: ${stderr}`);
  }
  const help = run(join(project, 'node_modules', '.bin', 'cloze'), ['--help'], project);
  if (!help.includes('fine-tune') && !help.includes('fill')) throw new Error(`cloze --help says: ${help}`);
  process.stdout.write(`installed ${tarballs.length} packages, imported ${entries.length} entries\n`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
