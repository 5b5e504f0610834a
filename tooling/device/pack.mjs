// `pnpm device:pack`: Node, ONNX Runtime for Linux and the check in one archive that fits what a lent machine takes, for a machine that has nothing.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';

const most = 64 * 2 ** 20;
const into = resolve('.device/device.tar.xz');
const stage = mkdtempSync(join(tmpdir(), 'cloze-device-'));
const require = createRequire(resolve('packages/backend/package.json'));
/** The folder of a package that a file is in: not every package exports its package.json. */
const packageOf = (file, name) =>
  file.slice(0, file.lastIndexOf(join('node_modules', name)) + join('node_modules', name).length);
/** Copies a package's files, of ONNX Runtime only Linux's. @returns what resolves for it */
const take = (from, name) => {
  const folder = packageOf(from(name), name);
  cpSync(folder, join(stage, 'node_modules', name), {
    recursive: true,
    filter: (path) => !/napi-v\d+\/(darwin|win32)|linux\/arm64|\.map$|\.d\.ts$/.test(path.slice(folder.length)),
  });
  return createRequire(join(folder, 'package.json'));
};
try {
  take(take(require.resolve, 'koffi').resolve, `@koromix/koffi-linux-${process.arch}`);
  const runtime = take(require.resolve, 'onnxruntime-node');
  take(runtime.resolve, 'onnxruntime-common');
  copyFileSync(process.execPath, join(stage, 'node'));
  await build({
    entryPoints: ['tooling/device/check.ts'],
    outfile: join(stage, 'check.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@cloze/source'],
    packages: 'bundle',
    external: ['onnxruntime-node', 'koffi'],
    loader: { '.node': 'copy' },
    banner: { js: "import { createRequire as __make } from 'node:module'; const require = __make(import.meta.url);" },
    logLevel: 'error',
  });
  mkdirSync(dirname(into), { recursive: true });
  execFileSync('tar', ['-C', stage, '--use-compress-program=xz -T0 -6', '-cf', into, '.']);
} finally {
  rmSync(stage, { recursive: true });
}
const { size } = statSync(into);
process.stdout.write(
  `${into}: ${(size / 2 ** 20).toFixed(1)} MiB. On the machine: mkdir /tmp/device && tar -xJf .device/device.tar.xz -C /tmp/device && timeout 480 /tmp/device/node /tmp/device/check.mjs\n`,
);
if (size > most) {
  process.stderr.write(`it is larger than the ${most / 2 ** 20} MiB that can be carried.\n`);
  process.exitCode = 1;
}
