import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { downloadWheel } from '../packages/backend/src/install/download-wheel.ts';
import { findLibtensorflow } from '../packages/backend/src/install/find-libtensorflow.ts';
import { readZipDirectory, unpackZipEntry } from '../packages/backend/src/install/read-zip-entry.ts';
import { thisMachine } from '../packages/backend/src/install/this-machine.ts';
import { wheels } from '../packages/backend/src/install/wheels.ts';

/**
 * Builds `@tensorflow/tfjs-node` in a temporary folder and runs the engine contract on it. Its own install script would download a
 * prebuilt addon; here the addon is compiled against the libtensorflow that is installed and the headers of its wheel. Arguments go
 * to vitest.
 */
const addons = ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'] as const;
const say = (line: string) => process.stderr.write(`tfjs-node: ${line}\n`);
const seconds = async (what: string, run: () => unknown) => {
  const begin = performance.now();
  await run();
  say(`${what} in ${((performance.now() - begin) / 1000).toFixed(1)} s`);
};

/** The wheel's headers that the addon includes. */
async function fetchHeaders(into: string): Promise<void> {
  const { env, platform, arch } = thisMachine();
  const wheel = wheels[`${platform}-${arch}`];
  if (!wheel) throw new Error(`no wheel is known for ${platform}-${arch}`);
  const { signal } = new AbortController();
  const file = await downloadWheel({ wheel, into, env, report: () => {}, signal });
  for (const [name, entry] of await readZipDirectory(file)) {
    const [, header] =
      /^tensorflow\/(include\/(?:tensorflow\/(?:c|core\/platform)|tsl|xla\/tsl)\/.+\.h)$/.exec(name) ?? [];
    if (header === undefined) continue;
    mkdirSync(dirname(join(into, header)), { recursive: true });
    await unpackZipEntry(file, entry, join(into, header), signal);
  }
}

function compile(root: string, libraries: string): void {
  const resolve = createRequire(join(root, 'package.json')).resolve;
  const [addon, gpu] = addons.map((name) => dirname(resolve(`${name}/package.json`))) as [string, string];
  const built = join('lib', 'napi-v8', 'tfjs_binding.node');
  for (const folder of [addon, gpu]) mkdirSync(dirname(join(folder, built)), { recursive: true });
  const node = join(dirname(resolve('node-api-headers/package.json')), 'include');
  const { status, stderr } = spawnSync('g++', [
    ...['-std=c++17', '-O1', '-fPIC', '-shared', '-w', '-DNAPI_VERSION=8', `-I${node}`, `-I${join(root, 'include')}`],
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((source) => join(addon, 'binding', source)),
    ...[`-L${libraries}`, `-Wl,-rpath,${libraries}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
    ...['-o', join(addon, built)],
  ]);
  if (status !== 0) throw new Error(`g++ failed:\n${stderr}`);
  // The two packages have the same sources; the one for GPUs must say that it found none.
  copyFileSync(join(addon, built), join(gpu, built));
}

async function main(): Promise<number> {
  const found = findLibtensorflow(thisMachine());
  if (spawnSync('g++', ['--version']).status !== 0) {
    say('skipped: there is no g++ to compile its addon with');
    return 0;
  }
  if ('reason' in found) {
    say(found.reason);
    return 1;
  }
  const root = mkdtempSync(join(tmpdir(), 'cloze-tfjs-node-'));
  try {
    writeFileSync(join(root, 'package.json'), '{ "private": true }');
    const packages = [...addons.map((name) => `${name}@4.22.0`), 'node-api-headers@1.9.0'];
    const npm = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...packages];
    await seconds('installed', () => execFileSync('npm', npm, { cwd: root, stdio: ['ignore', 2, 2] }));
    await seconds('headers fetched', () => fetchHeaders(root));
    await seconds('addon compiled', () => compile(root, found.directory));
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', 'packages/backend/src/engines/tfjs-node.test.ts'];
    const env = { ...process.env, CLOZE_TFJS_NODE: root };
    return spawnSync(process.execPath, [...vitest, ...process.argv.slice(2)], { stdio: 'inherit', env }).status ?? 1;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
