import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Ceiling, overCeiling } from './ceilings.ts';
import { checkReleased, packagesOf, readManifest } from './packages.ts';
import {
  checkTypes,
  install,
  installedVersion,
  type Manager,
  newProject,
  type Runtime,
  run,
  runExamples,
  weigh,
} from './projects.ts';
import { startRegistry } from './registry.ts';
import { rehearsalTable, type Trial } from './table.ts';

/**
 * A release, played through: versions from changesets, every package published to a registry on this machine, installed alone by each package manager
 * as its README says, its example run on each Node and compiled as a strict user does; then a patch and a minor, and an upgrade.
 *
 * `pnpm release:rehearse [--managers npm,pnpm,yarn] [--nodes 20.19,22,24,26] [--packages …] [--port 0] [--update-ceilings] [--json]`;
 * with `--serve`, nothing is tried: the registry stays until Ctrl-C, and a line says how to install from it.
 */
const { values: options } = parseArgs({
  options: {
    managers: { type: 'string', default: 'npm,pnpm,yarn' },
    nodes: { type: 'string', default: '20.19,22,24,26' },
    packages: { type: 'string', default: '' },
    port: { type: 'string', default: '0' },
    'update-ceilings': { type: 'boolean', default: false },
    serve: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const root = mkdtempSync(join(tmpdir(), 'cloze-release-'));
const repository = join(root, 'repository');
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Publishes what the registry has not, dependencies first. */
function publish(npmrc: string, url: string): void {
  writeFileSync(join(repository, '.npmrc'), npmrc);
  run('pnpm', ['-r', '--filter', './packages/*', 'publish', '--no-git-checks', '--registry', url], repository, {
    NPM_CONFIG_PROVENANCE: 'false',
  });
}

/** The Nodes asked for, from npm's own packages of binaries; the one that runs this needs none. */
function runtimes(names: readonly string[]): Runtime[] {
  return names.map((name) => {
    if (name === 'current') return { name: process.versions.node, node: process.execPath };
    const folder = join(root, `node-${name}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    const binaries = `node-${process.platform}-${process.arch}`;
    run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', `${binaries}@${name}`], folder);
    return { name, node: join(folder, 'node_modules', binaries, 'bin', 'node') };
  });
}

const ceilingsFile = resolve('tooling/release/ceilings.json');
const ceilings: Readonly<Record<string, Ceiling>> = JSON.parse(readFileSync(ceilingsFile, 'utf8'));
const measured: Record<string, Ceiling> = {};
const trials: Trial[] = [];
const problems: string[] = [];
/** Says what is wrong when it is found: a long rehearsal may be ended before its end. */
const fault = (problem: string) => {
  problems.push(problem);
  process.stderr.write(`${problem}\n`);
};

const managers = options.managers.split(',') as Manager[];
let stop = async () => {};
try {
  // First, for a port in use is told at once.
  const registry = await startRegistry(root, Number(options.port));
  stop = registry.stop;
  execFileSync('git', ['clone', '--quiet', '.', repository]);
  run('pnpm', ['install', '--prefer-offline', '--frozen-lockfile'], repository);
  run('pnpm', ['exec', 'changeset', 'version'], repository);
  checkReleased(packagesOf(repository));
  run('pnpm', ['build'], repository);
  publish(registry.npmrc, registry.url);
  const chosen = options.packages === '' ? undefined : new Set(options.packages.split(','));
  const all = packagesOf(repository).filter(({ manifest }) => !chosen || chosen.has(manifest.name));
  say(`published ${all.map(({ manifest }) => `${manifest.name}@${manifest.version}`).join(', ')}`);
  if (options.serve) {
    say(`npm install --registry ${registry.url} …; Ctrl-C ends it`);
    await once(process, 'SIGINT');
    await stop();
    rmSync(root, { recursive: true, force: true });
    process.exit(0);
  }
  const nodes = runtimes(options.nodes.split(','));
  let yarn = '';
  if (managers.includes('yarn')) {
    const folder = newProject(join(root, 'yarn'), registry.npmrc, registry.url);
    run('npm', ['install', '--no-audit', '--no-fund', '@yarnpkg/cli-dist@4'], folder);
    yarn = join(folder, 'node_modules/@yarnpkg/cli-dist/bin/yarn.js');
  }
  const tsc = resolve('node_modules/typescript/bin/tsc');
  for (const { folder, manifest, readme, asked } of all)
    for (const manager of managers) {
      const began = performance.now();
      const label = `${manifest.name} by ${manager}`;
      try {
        const project = newProject(
          join(root, 'projects', `${manifest.name.replace('/', '-')}-${manager}`),
          registry.npmrc,
          registry.url,
        );
        const warnings = install(manager, project, asked, yarn);
        for (const warning of warnings) fault(`${label}: ${warning.trim()}`);
        const version = installedVersion(project, manifest.name);
        if (version !== manifest.version) fault(`${label}: installed ${version}, published ${manifest.version}`);
        let assertions = 0;
        for (const node of nodes) {
          const trial = { name: manifest.name, manager, node: node.name };
          try {
            assertions += runExamples(readme, project, node);
            // require() of ESM is Node 22's.
            if (Number(node.name.split('.')[0]) >= 22)
              for (const entry of Object.keys(manifest.exports).filter((path) => !path.endsWith('.json')))
                run(
                  node.node,
                  [
                    '-e',
                    `if (Object.keys(require('${manifest.name}${entry.slice(1)}')).length === 0) process.exit(3)`,
                    '--input-type=commonjs',
                  ],
                  project,
                );
            trials.push({ ...trial, passed: true });
          } catch (error) {
            trials.push({ ...trial, passed: false });
            fault(`${label} on Node ${node.name}: ${error instanceof Error ? error.message : error}`);
          }
        }
        if (manager === 'npm') {
          checkTypes(readme, project, tsc, resolve('node_modules/@types'));
          const whole = weigh(project);
          run('npm', ['prune', '--omit=optional', '--no-audit', '--no-fund'], project);
          const tarball = run('npm', ['pack', '--dry-run', '--json', '--loglevel=error'], folder);
          const [{ size }]: [{ size: number }] = JSON.parse(tarball.slice(tarball.indexOf('[')));
          const weight = {
            tarballKilobytes: Math.ceil(size / 1000),
            megabytes: Math.ceil(whole.megabytes),
            megabytesWithoutOptional: Math.ceil(weigh(project).megabytes),
            packages: whole.packages,
          };
          measured[manifest.name] = weight;
          if (!options['update-ceilings'])
            for (const problem of overCeiling(manifest.name, weight, ceilings[manifest.name])) fault(problem);
        }
        say(
          `${label}: ${assertions} values on ${nodes.length} Nodes, ${((performance.now() - began) / 1000).toFixed(1)} s`,
        );
        rmSync(project, { recursive: true, force: true });
      } catch (error) {
        // Not even installed, or not compiled.
        trials.push({ name: manifest.name, manager, node: 'any', passed: false });
        fault(`${label}: ${error instanceof Error ? error.message : error}`);
      }
    }

  // A fix and a feature: who depends on them, and what an upgrade brings.
  const before = new Map(packagesOf(repository).map(({ manifest }) => [manifest.name, manifest.version]));
  const project = newProject(join(root, 'projects', 'upgrade'), registry.npmrc, registry.url);
  install('npm', project, ['@cloze/masking', '@cloze/datasets'], yarn);
  writeFileSync(
    join(repository, '.changeset/rehearsed-fix.md'),
    "---\n'@cloze/random': patch\n---\n\nA fix that is rehearsed.\n",
  );
  writeFileSync(
    join(repository, '.changeset/rehearsed-feature.md'),
    "---\n'@cloze/masking': minor\n---\n\nA feature that is rehearsed.\n",
  );
  run('pnpm', ['exec', 'changeset', 'version'], repository);
  const bumped = packagesOf(repository).flatMap(({ manifest }) =>
    manifest.version === before.get(manifest.name)
      ? []
      : [`${manifest.name} ${before.get(manifest.name)} → ${manifest.version}`],
  );
  publish(registry.npmrc, registry.url);
  run('npm', ['install', '--no-audit', '--no-fund', '@cloze/masking@latest', '@cloze/datasets@latest'], project);
  for (const name of ['@cloze/random', '@cloze/masking', '@cloze/datasets']) {
    const wanted = readManifest(join(repository, 'packages', name.slice('@cloze/'.length))).version;
    const got = installedVersion(project, name);
    if (got !== wanted) fault(`upgrade: ${name} is ${got}, expected ${wanted}`);
  }
  say(`a fix of random and a feature of masking: ${bumped.join(', ')}; upgraded.`);
  const changelog = readFileSync(join(repository, 'packages/masking/CHANGELOG.md'), 'utf8');
  if (
    !changelog.includes('A feature that is rehearsed.') ||
    statSync(join(repository, 'packages/random/CHANGELOG.md')).size === 0
  )
    fault('CHANGELOGs do not say what was released.');
  if (options['update-ceilings']) {
    const sorted = Object.fromEntries(
      Object.entries({ ...ceilings, ...measured }).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    writeFileSync(ceilingsFile, `${JSON.stringify(sorted, null, 2)}\n`);
  }
} catch (error) {
  fault(error instanceof Error ? error.message : String(error));
} finally {
  await stop();
  rmSync(root, { recursive: true, force: true });
}
say(rehearsalTable(trials, measured, ceilings));
if (options.json)
  say(JSON.stringify({ passed: trials.filter(({ passed }) => passed).length, failed: problems.length }));
say(problems.length === 0 ? 'rehearsed' : `${problems.length} problems`);
process.exit(problems.length > 0 ? 1 : 0);
