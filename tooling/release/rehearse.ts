import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
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

/**
 * A release, played through: versions from changesets, every package published to a registry on this machine, installed alone by each package manager
 * as its README says, its example run on each Node and compiled as a strict user does; then a patch and a minor, and an upgrade.
 *
 * `pnpm release:rehearse [--managers npm,pnpm,yarn] [--nodes 20.19,22,24,26] [--packages …] [--port 0] [--update-ceilings]`
 */
const { values: options } = parseArgs({
  options: {
    managers: { type: 'string', default: 'npm,pnpm,yarn' },
    nodes: { type: 'string', default: '20.19,22,24,26' },
    packages: { type: 'string', default: '' },
    port: { type: 'string', default: '0' },
    'update-ceilings': { type: 'boolean', default: false },
  },
});

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
}
interface Package {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly readme: string;
  /** What its README says to install. */
  readonly asked: readonly string[];
}
/** What a package may weigh: tarball and installed, with and without optional dependencies, and the packages that come with it. */
interface Ceiling {
  readonly tarballKilobytes: number;
  readonly megabytes: number;
  readonly megabytesWithoutOptional: number;
  readonly packages: number;
}

const root = mkdtempSync(join(tmpdir(), 'cloze-release-'));
const repository = join(root, 'repository');
const say = (line: string) => process.stdout.write(`${line}\n`);
const readManifest = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

function packagesOf(): Package[] {
  return readdirSync(join(repository, 'packages')).map((name) => {
    const folder = join(repository, 'packages', name);
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    const line = /^npm install ([^#\n]+)/m.exec(readme)?.[1];
    const manifest = readManifest(folder);
    return { folder, manifest, readme, asked: line ? line.trim().split(/\s+/) : [manifest.name] };
  });
}

/** Changesets become versions. @throws naming packages that no changeset would release for the first time */
function version(): void {
  run('pnpm', ['exec', 'changeset', 'version'], repository);
  const unreleased = packagesOf().filter(({ manifest }) => manifest.version === '0.0.0');
  if (unreleased.length > 0)
    throw new Error(
      `${unreleased.map(({ manifest }) => manifest.name).join(', ')}: no changeset releases it; add one by 'pnpm changeset'.`,
    );
}

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
const problems: string[] = [];

/** Whether a package weighs more than it may; two per cent are another version of somebody else's. */
function judge(name: string, weight: Ceiling): void {
  const allowed = ceilings[name];
  measured[name] = weight;
  if (options['update-ceilings']) return;
  if (!allowed) {
    problems.push(`${name}: no ceiling; run with --update-ceilings if its size is meant.`);
    return;
  }
  for (const key of ['tarballKilobytes', 'megabytes', 'megabytesWithoutOptional', 'packages'] as const)
    if (weight[key] > 1.02 * allowed[key] + 0.1)
      problems.push(
        `${name}: ${key} is ${weight[key].toFixed(1)}, the ceiling ${allowed[key]}; --update-ceilings if that is meant.`,
      );
}

const managers = options.managers.split(',') as Manager[];
let stop = async () => {};
try {
  execFileSync('git', ['clone', '--quiet', '.', repository]);
  // Built where it is built: the clone takes what stands here if the build is of these sources, and builds the rest.
  if (existsSync('node_modules/.cache/turbo'))
    cpSync('node_modules/.cache/turbo', join(repository, 'node_modules/.cache/turbo'), { recursive: true });
  run('pnpm', ['install', '--prefer-offline', '--frozen-lockfile'], repository);
  version();
  run('pnpm', ['build'], repository);
  const registry = await startRegistry(root, Number(options.port));
  stop = registry.stop;
  publish(registry.npmrc, registry.url);
  const chosen = options.packages === '' ? undefined : new Set(options.packages.split(','));
  const all = packagesOf().filter(({ manifest }) => !chosen || chosen.has(manifest.name));
  say(`published ${all.map(({ manifest }) => `${manifest.name}@${manifest.version}`).join(', ')}`);
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
        for (const warning of warnings) problems.push(`${label}: ${warning.trim()}`);
        const version = installedVersion(project, manifest.name);
        if (version !== manifest.version)
          problems.push(`${label}: installed ${version}, published ${manifest.version}`);
        let assertions = 0;
        for (const node of nodes) {
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
          } catch (error) {
            problems.push(`${label} on Node ${node.name}: ${error instanceof Error ? error.message : error}`);
          }
        }
        if (manager === 'npm') {
          checkTypes(readme, project, tsc, resolve('node_modules/@types'));
          const whole = weigh(project);
          run('npm', ['prune', '--omit=optional', '--no-audit', '--no-fund'], project);
          const tarball = run('npm', ['pack', '--dry-run', '--json', '--loglevel=error'], folder);
          const [{ size }]: [{ size: number }] = JSON.parse(tarball.slice(tarball.indexOf('[')));
          judge(manifest.name, {
            tarballKilobytes: Math.ceil(size / 1000),
            megabytes: Math.ceil(whole.megabytes),
            megabytesWithoutOptional: Math.ceil(weigh(project).megabytes),
            packages: whole.packages,
          });
        }
        const weight =
          manager === 'npm'
            ? `, ${Math.round(measured[manifest.name]?.megabytes ?? 0)} MB in ${measured[manifest.name]?.packages} packages`
            : '';
        say(
          `${label}: ${assertions} values on ${nodes.length} Nodes${weight}, ${((performance.now() - began) / 1000).toFixed(1)} s`,
        );
        rmSync(project, { recursive: true, force: true });
      } catch (error) {
        problems.push(`${label}: ${error instanceof Error ? error.message : error}`);
      }
    }

  // A fix and a feature: who depends on them, and what an upgrade brings.
  const before = new Map(packagesOf().map(({ manifest }) => [manifest.name, manifest.version]));
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
  const bumped = packagesOf().flatMap(({ manifest }) =>
    manifest.version === before.get(manifest.name)
      ? []
      : [`${manifest.name} ${before.get(manifest.name)} → ${manifest.version}`],
  );
  publish(registry.npmrc, registry.url);
  run('npm', ['install', '--no-audit', '--no-fund', '@cloze/masking@latest', '@cloze/datasets@latest'], project);
  for (const name of ['@cloze/random', '@cloze/masking', '@cloze/datasets']) {
    const wanted = readManifest(join(repository, 'packages', name.slice('@cloze/'.length))).version;
    const got = installedVersion(project, name);
    if (got !== wanted) problems.push(`upgrade: ${name} is ${got}, expected ${wanted}`);
  }
  say(`a fix of random and a feature of masking: ${bumped.join(', ')}; upgraded.`);
  const changelog = readFileSync(join(repository, 'packages/masking/CHANGELOG.md'), 'utf8');
  if (
    !changelog.includes('A feature that is rehearsed.') ||
    statSync(join(repository, 'packages/random/CHANGELOG.md')).size === 0
  )
    problems.push('CHANGELOGs do not say what was released.');
  if (options['update-ceilings']) {
    const sorted = Object.fromEntries(
      Object.entries({ ...ceilings, ...measured }).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    writeFileSync(ceilingsFile, `${JSON.stringify(sorted, null, 2)}\n`);
  }
} catch (error) {
  problems.push(error instanceof Error ? error.message : String(error));
} finally {
  await stop();
  rmSync(root, { recursive: true, force: true });
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
say(problems.length === 0 ? 'rehearsed' : `${problems.length} problems`);
process.exit(problems.length > 0 ? 1 : 0);
