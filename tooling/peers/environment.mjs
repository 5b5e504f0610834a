// A throw-away Python environment with the libraries that `qa perf` compares with: `node tooling/peers/environment.mjs`.
// The interpreter's path goes to stdout, everything else to stderr. Made once, in tooling/peers/.venv; delete the folder to be rid of it.
//
// Linux wheels of PyTorch on PyPI bring CUDA along, some gigabytes; PIP_EXTRA_INDEX_URL with PyTorch's CPU index avoids that.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.venv', import.meta.url));
const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));
const python = process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
// Written last: a folder without it was interrupted.
const marker = join(folder, 'complete.txt');

const read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

function run(command, args, remedy) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  process.stderr.write(`${command} ${args.join(' ')}: ${error?.message ?? `exit code ${status}`}; ${remedy}\n`);
  process.exit(1);
}

const install = (file) =>
  run(
    python,
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', file],
    'mend the network, or give an interpreter that has these libraries by --python.',
  );

const wanted = read(requirements);
if (read(marker) !== wanted) {
  process.stderr.write(`making a Python environment in ${folder} (some minutes, once)\n`);
  rmSync(folder, { recursive: true, force: true });
  const command = process.env.CLOZE_PYTHON ?? (process.platform === 'win32' ? 'python' : 'python3');
  run(command, ['-m', 'venv', folder], 'install Python 3.10 or later with venv, or name it in CLOZE_PYTHON.');
  install(requirements);
  writeFileSync(marker, wanted);
}
// More that a proof asks for, beside what is there: `environment.mjs tooling/oracles/requirements.txt`.
for (const file of process.argv.slice(2)) {
  const more = read(file);
  if (more === undefined) throw new Error(`${file} is not there.`);
  const done = join(folder, `complete-${file.replaceAll(/[^a-z]+/g, '-')}`);
  if (read(done) === more) continue;
  install(file);
  writeFileSync(done, more);
}
process.stdout.write(`${python}\n`);
