import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { exampleScripts } from '../checks/example-scripts.ts';

/** A package manager, as a user calls it. */
export type Manager = 'npm' | 'pnpm' | 'yarn';

/** A Node and the package managers that run on it. */
export interface Runtime {
  /** As asked for, such as `22`. */
  readonly name: string;
  readonly node: string;
}

/** What a user of these packages sees: none of this repository's settings, nor those that a package manager tells the scripts it runs, its registry among them. */
const ofUser = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

/** Runs a program; its output when it fails is the message. */
export function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): string {
  try {
    return execFileSync(command, args, {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 1 << 28,
      timeout: 600_000,
      env: { ...ofUser, CI: '1', ONNXRUNTIME_NODE_INSTALL: 'skip', NODE_OPTIONS: '', ...env },
    });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${[command, ...args].join(' ').slice(0, 200)}: ${`${stdout}${stderr}`.trim().slice(-2000)}`);
  }
}

/** An empty project that asks our registry. */
export function newProject(folder: string, npmrc: string, url: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "name": "project", "private": true, "type": "module" }\n');
  writeFileSync(join(folder, '.npmrc'), npmrc);
  // yarn 4 holds new versions back for a while; ours are seconds old. What it remembers of them for the whole machine names the port of an earlier rehearsal.
  writeFileSync(
    join(folder, '.yarnrc.yml'),
    `npmRegistryServer: "${url}"\nunsafeHttpWhitelist: ["127.0.0.1"]\nnodeLinker: node-modules\nnpmMinimalAgeGate: 0\nenableTelemetry: false\nglobalFolder: ../yarn-remembers\nenableGlobalCache: false\nenableImmutableInstalls: false\n`,
  );
  return folder;
}

/** Installs packages by name; warnings about peers or scripts are told. */
export function install(manager: Manager, project: string, names: readonly string[], yarn: string): readonly string[] {
  const output =
    manager === 'npm'
      ? run('npm', ['install', '--no-audit', '--no-fund', ...names], project)
      : manager === 'pnpm'
        ? run('pnpm', ['add', '--ignore-workspace', '--config.auto-install-peers=false', ...names], project)
        : run(process.execPath, [yarn, 'add', ...names], project);
  return output.split('\n').filter((line) => /warn/i.test(line) && /peer|deprecated/i.test(line));
}

/** What an installed project weighs. */
export interface Weight {
  readonly megabytes: number;
  readonly packages: number;
}

/** Bytes and packages below node_modules, links not followed. */
export function weigh(project: string): Weight {
  const seen = new Set<string>();
  let [bytes, packages] = [0, 0];
  const visit = (folder: string) => {
    for (const entry of readdirSync(folder)) {
      const path = join(folder, entry);
      const about = lstatSync(path);
      if (about.isSymbolicLink()) continue;
      if (about.isDirectory()) visit(path);
      else {
        bytes += about.size;
        if (entry === 'package.json' && /node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path)) {
          const real = realpathSync(path);
          if (!seen.has(real)) packages++;
          seen.add(real);
        }
      }
    }
  };
  visit(join(project, 'node_modules'));
  return { megabytes: bytes / 1e6, packages };
}

/** Runs a package's README examples in a project, on a Node. @returns how many values were compared */
export function runExamples(markdown: string, project: string, { node }: Runtime): number {
  let assertions = 0;
  for (const [i, { script, assertions: held }] of exampleScripts(markdown).entries()) {
    const { outputText } = ts.transpileModule(script, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
    });
    const file = `example-${i}.mjs`;
    writeFileSync(join(project, file), outputText);
    run(node, [file], project);
    assertions += held;
  }
  return assertions;
}

/** Compiles examples against the installed types as a strict user does, as Node resolves and as bundlers do. */
export function checkTypes(markdown: string, project: string, tsc: string, types: string): void {
  const files = exampleScripts(markdown).map(({ script }, i) => {
    // The checks that make an example an assertion are ours; a user has written the rest.
    writeFileSync(join(project, `example-${i}.ts`), script);
    return `example-${i}.ts`;
  });
  const shared = {
    ...{ target: 'es2023', lib: ['es2023', 'esnext.disposable'], noEmit: true, typeRoots: [types], types: ['node'] },
    ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false },
  };
  for (const [name, resolution] of [
    ['node16', { module: 'node16', moduleResolution: 'node16' }],
    ['bundler', { module: 'esnext', moduleResolution: 'bundler' }],
  ] as const) {
    writeFileSync(
      join(project, `${name}.json`),
      JSON.stringify({ compilerOptions: { ...shared, ...resolution }, files }),
    );
    run(process.execPath, [tsc, '-p', `${name}.json`], project);
  }
}

/** Version of an installed package. */
export function installedVersion(project: string, name: string): string | undefined {
  const path = join(project, 'node_modules', name, 'package.json');
  if (!existsSync(path)) return undefined;
  const { version }: { version: string } = JSON.parse(readFileSync(path, 'utf8'));
  return version;
}
