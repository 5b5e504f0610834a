import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cc, framework, wheelOf } from '../../test/tiny-wheel.ts';
import { cacheDirectory, findLibtensorflow, type Surroundings } from './find-libtensorflow.ts';
import { installLibtensorflow } from './install-libtensorflow.ts';
import { thisMachine } from './this-machine.ts';
import { gpuWheels, wheels } from './wheels.ts';

const other = { name: 'tensorflow/__init__.py', data: Buffer.from('print()') };
let root: string;
let surroundings: Surroundings;

const left = async () => (await readdir(join(root, 'cache', 'cloze'))).sort();
const report = () => {};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cloze-install-'));
  surroundings = { env: { XDG_CACHE_HOME: join(root, 'cache') }, home: root, platform: 'linux', arch: 'x64' };
});
afterEach(async () => {
  await chmod(root, 0o755);
  await rm(root, { recursive: true, force: true });
});

describe('installLibtensorflow', () => {
  it('unpacks the two libraries alone, byte for byte, and is found; again does nothing', async () => {
    const { wheel, wheelFile } = await wheelOf(root, [other, cc, framework]);
    const { directory, changed } = await installLibtensorflow({ surroundings, wheel, wheelFile, report });
    expect(changed).toBe(true);
    expect((await readdir(directory)).sort()).toEqual([
      'installed.json',
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
    ]);
    expect(await readFile(join(directory, 'libtensorflow_cc.so.2'))).toEqual(cc.data);
    expect(await readFile(join(directory, 'libtensorflow_framework.so.2'))).toEqual(framework.data);
    expect(findLibtensorflow(surroundings)).toEqual({ directory });
    expect(await left()).toHaveLength(1);
    await rm(wheelFile);
    const again = await installLibtensorflow({ surroundings, wheel, report });
    expect(again).toEqual({ directory, version: '1', changed: false, seconds: { fetch: 0, unpack: 0 } });
  });

  it('mends libraries cut short, and fetches whole ones again only when forced', async () => {
    const { wheel: plain, wheelFile } = await wheelOf(root);
    const libraries = { 'libtensorflow_cc.so.2': 150_000, 'libtensorflow_framework.so.2': 9 };
    const options = { surroundings, wheel: { ...plain, libraries }, wheelFile, report };
    const { directory } = await installLibtensorflow(options);
    const file = join(directory, 'libtensorflow_cc.so.2');
    await truncate(file, 7);
    expect((await installLibtensorflow(options)).changed).toBe(true);
    expect(await readFile(file)).toEqual(cc.data);
    expect((await installLibtensorflow(options)).changed).toBe(false);
    expect((await installLibtensorflow({ ...options, force: true })).changed).toBe(true);
    // Of the right size and other bytes; without notes; with notes of another wheel.
    for (const spoil of [
      () => writeFile(file, Buffer.alloc(150_000)),
      () => rm(join(directory, 'installed.json')),
      () => writeFile(join(directory, 'installed.json'), '{"wheel":"x","libraries":{}}'),
      () => writeFile(join(directory, 'installed.json'), '{"whe'),
    ]) {
      await spoil();
      expect((await installLibtensorflow(options)).changed).toBe(true);
      expect(await readFile(file)).toEqual(cc.data);
      expect((await installLibtensorflow(options)).changed).toBe(false);
    }
    expect(await left()).toHaveLength(1);
  });

  it('unpacks the bytes it hashed, though the file is swapped meanwhile', async () => {
    const evil = await wheelOf(root, [{ ...cc, data: Buffer.from('evil') }, framework]);
    const swapped = await readFile(evil.wheelFile);
    const { wheel, wheelFile } = await wheelOf(root);
    const swap = (line: string) => {
      // Said between the hash and the unpacking.
      if (line.startsWith('unpacking libtensorflow_cc')) writeFileSync(wheelFile, swapped);
    };
    const { directory } = await installLibtensorflow({ surroundings, wheel, wheelFile, report: swap });
    expect(await readFile(wheelFile)).toEqual(swapped);
    expect(await readFile(join(directory, 'libtensorflow_cc.so.2'))).toEqual(cc.data);
  });

  it('installs into a folder that holds other things, and leaves them', async () => {
    const { wheel, wheelFile } = await wheelOf(root);
    const directory = join(root, 'mine');
    await mkdir(directory);
    await writeFile(join(directory, 'notes'), 'mine');
    await installLibtensorflow({ surroundings, wheel, wheelFile, directory, report });
    expect(findLibtensorflow(surroundings, { directory })).toEqual({ directory });
    expect((await readdir(directory)).sort()).toEqual([
      'installed.json',
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
      'notes',
    ]);
    expect((await readdir(root)).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('leaves nothing behind after a wrong hash, a wheel without the libraries, of other sizes, or one cut short', async () => {
    const good = await wheelOf(root);
    const wrong = { ...good.wheel, sha256: '0'.repeat(64) };
    await expect(installLibtensorflow({ surroundings, ...good, wheel: wrong, report })).rejects.toThrow(
      /sha256 .* expected 0{64}; nothing was installed/,
    );
    expect(await left()).toEqual([]);
    const resized = { ...good.wheel, libraries: { 'libtensorflow_cc.so.2': 1 } };
    await expect(installLibtensorflow({ surroundings, ...good, wheel: resized, report })).rejects.toThrow(
      'libtensorflow_cc.so.2 has 150000 bytes, expected 1',
    );
    const empty = await wheelOf(root, [other, cc]);
    await expect(installLibtensorflow({ surroundings, ...empty, report })).rejects.toThrow(
      'holds 1 TensorFlow libraries, expected 2',
    );
    const short = await wheelOf(root, [{ ...cc, size: cc.data.length + 1 }, framework]);
    await expect(installLibtensorflow({ surroundings, ...short, report })).rejects.toThrow('the wheel promises 150001');
    await expect(installLibtensorflow({ surroundings, wheelFile: join(root, 'none'), report })).rejects.toThrow(
      /The wheel .*none does not exist/,
    );
    expect(await left()).toEqual([]);
    expect(findLibtensorflow(surroundings)).toHaveProperty('reason');
  });

  it('two installers at once both end with one whole folder', async () => {
    const { wheel, wheelFile } = await wheelOf(root);
    const both = await Promise.all([1, 2].map(() => installLibtensorflow({ surroundings, wheel, wheelFile, report })));
    expect(new Set(both.map(({ directory }) => directory)).size).toBe(1);
    expect(await left()).toHaveLength(1);
  });

  it('names the platforms that have a wheel, and refuses another C library', async () => {
    const on = (platform: string, arch: string, more = {}) =>
      installLibtensorflow({ surroundings: { ...surroundings, platform, arch }, report, ...more });
    await expect(on('win32', 'x64')).rejects.toThrow(
      'No libtensorflow wheel is known for win32-x64 (known: linux-x64, linux-arm64, darwin-arm64); engine onnx needs none.',
    );
    await expect(on('darwin', 'arm64', { gpu: true })).rejects.toThrow(
      /No GPU build .* darwin-arm64 \(known: linux-x64\)/,
    );
    for (const [glibc, words] of [
      ['none', 'another C library (musl?)'],
      ['2.17', '2.17'],
    ] as const)
      await expect(installLibtensorflow({ surroundings: { ...surroundings, glibc }, report })).rejects.toThrow(
        `needs the GNU C library 2.27 or later, and this system has ${words}; engine onnx may work here.`,
      );
    expect(await readdir(root)).toEqual([]);
  });

  it('says in one sentence that the cache cannot be made', async () => {
    const { wheel, wheelFile } = await wheelOf(root);
    // A file where a folder should be: works for root too, whom read-only folders do not stop.
    await writeFile(join(root, 'cache'), '');
    await expect(installLibtensorflow({ surroundings, wheel, wheelFile, report })).rejects.toThrow(
      /cannot be written.*--dir/,
    );
  });

  it('says before anything is fetched that the disk has no room', async () => {
    const { wheel } = await wheelOf(root);
    const vast = { ...wheel, bytes: 9e17, libraries: { 'libtensorflow_cc.so.2': 1e17 } };
    await expect(installLibtensorflow({ surroundings, wheel: vast, report })).rejects.toThrow(
      /cloze is full: the installation needs 1000000000\.0 GB there; free some, or name another folder with --dir/,
    );
    expect(await left()).toEqual([]);
  });
});

/** Runs an installation on a file system of its own, mounted at `root/disk` where only the child sees it. */
function onDisk(mountOptions: string, options: object) {
  const script = 'mount -t tmpfs -o "$1" tmpfs "$2" && shift 2 && "$@"; code=$?; ls -A disk; exit $code';
  const program = fileURLToPath(new URL('../../test/install-process.ts', import.meta.url));
  const tsx = import.meta.resolve('tsx');
  const command = [process.execPath, '--import', tsx, '--conditions=@cloze/source', program, JSON.stringify(options)];
  const args = ['--mount', '--map-root-user', 'sh', '-c', script, 'sh', mountOptions, join(root, 'disk'), ...command];
  return spawnSync('unshare', args, { encoding: 'utf8', cwd: root });
}
const mountable =
  spawnSync('unshare', ['--mount', '--map-root-user', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

// Only where a process may mount a disk of its own (Linux; not in every container).
describe.skipIf(!mountable)('installLibtensorflow on a real disk', () => {
  it('that is full half-way leaves nothing and says so', async () => {
    const { wheel, wheelFile } = await wheelOf(root);
    await mkdir(join(root, 'disk'));
    const env = { XDG_CACHE_HOME: join(root, 'disk') };
    const { status, stdout, stderr } = onDisk('size=100k', {
      surroundings: { ...surroundings, env },
      wheel,
      wheelFile,
    });
    expect(stderr).toMatch(
      /unpacking libtensorflow_cc.*\n.*disk\/cloze is full: .* free some, or name another folder with --dir/,
    );
    expect(stdout).toBe('cloze\n');
    expect(status).toBe(1);
  });

  it('that cannot be written says so', async () => {
    const { wheel, wheelFile } = await wheelOf(root);
    await mkdir(join(root, 'disk'));
    const env = { XDG_CACHE_HOME: join(root, 'disk') };
    const { status, stderr } = onDisk('ro', { surroundings: { ...surroundings, env }, wheel, wheelFile });
    expect(stderr).toMatch(
      /disk\/cloze cannot be written \(\w+\); make it writable, or name another folder with --dir/,
    );
    expect(status).toBe(1);
  });
});

describe('findLibtensorflow', () => {
  const fill = async (folder: string) => {
    await mkdir(folder, { recursive: true });
    for (const name of ['cc', 'framework']) await writeFile(join(folder, `libtensorflow_${name}.so.2`), '');
    return folder;
  };

  it('looks in the folder given, then CLOZE_LIBTENSORFLOW, then the cache, and passes none over silently', async () => {
    const [a, b, cache] = [
      await fill(join(root, 'a')),
      await fill(join(root, 'b')),
      await fill(cacheDirectory(surroundings)),
    ];
    const named = { ...surroundings, env: { ...surroundings.env, CLOZE_LIBTENSORFLOW: b } };
    expect(findLibtensorflow(named, { directory: a })).toEqual({ directory: a });
    expect(findLibtensorflow(named)).toEqual({ directory: b });
    expect(findLibtensorflow(surroundings)).toEqual({ directory: cache });
    await rm(join(b, 'libtensorflow_cc.so.2'));
    expect(findLibtensorflow(named)).toEqual({
      reason: expect.stringMatching(/CLOZE_LIBTENSORFLOW is .* lacks libtensorflow_cc\.so\.2/),
    });
  });

  it('takes the build with CUDA where it is the only one, and nothing else for the GPU', async () => {
    const ordinary = cacheDirectory(surroundings);
    await fill(ordinary);
    expect(findLibtensorflow(surroundings, { gpu: true })).toEqual({
      reason: expect.stringMatching(/GPU build .* is not in .*libtensorflow-gpu-2\.21\.0-linux-x64; .*install --gpu/),
    });
    const gpu = await fill(cacheDirectory(surroundings, true));
    expect(findLibtensorflow(surroundings)).toEqual({ directory: ordinary });
    expect(findLibtensorflow(surroundings, { gpu: true })).toEqual({ directory: gpu });
    await rm(ordinary, { recursive: true });
    expect(findLibtensorflow(surroundings)).toEqual({ directory: gpu });
  });

  it('ignores a relative XDG_CACHE_HOME', () => {
    const relative = { ...surroundings, env: { XDG_CACHE_HOME: 'cache' } };
    expect(cacheDirectory(relative)).toBe(join(root, '.cache/cloze/libtensorflow-2.21.0-linux-x64'));
  });
});

describe('pinned wheels', () => {
  it('are complete, one for each platform, and named as the loader wants them', () => {
    for (const [platform, wheel] of [...Object.entries(wheels), ...Object.entries(gpuWheels)]) {
      const ending = platform.startsWith('darwin') ? '.2.dylib' : '.so.2';
      expect(wheel.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(Object.keys(wheel.libraries ?? {}).sort()).toEqual([
        `libtensorflow_cc${ending}`,
        `libtensorflow_framework${ending}`,
      ]);
    }
    const hashes = [...Object.values(wheels), ...Object.values(gpuWheels)].map(({ sha256 }) => sha256);
    expect(new Set(hashes).size).toBe(4);
  });

  it('have the sizes of the libraries installed here', async () => {
    const machine = thisMachine();
    const found = findLibtensorflow({ ...machine, env: { XDG_CACHE_HOME: machine.env.XDG_CACHE_HOME } });
    const { libraries = {} } = wheels[`${machine.platform}-${machine.arch}`] ?? {};
    if ('reason' in found || found.directory !== cacheDirectory(machine)) return;
    for (const [name, size] of Object.entries(libraries))
      expect((await stat(join(found.directory, name))).size).toBe(size);
  });
});
