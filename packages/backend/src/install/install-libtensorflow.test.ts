import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheDirectory, findLibtensorflow, type Surroundings } from './find-libtensorflow.ts';
import { installLibtensorflow } from './install-libtensorflow.ts';
import type { Wheel } from './wheels.ts';

/** A zip file as wheels are: local headers, data, central directory, end record. */
function zip(entries: readonly { name: string; data: Buffer; stored?: boolean; size?: number }[]): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const { name, data, stored = false, size = data.length } of entries) {
    const packed = stored ? data : deflateRawSync(data);
    const local = Buffer.alloc(30 + name.length);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.write(name, 30);
    const header = Buffer.alloc(46 + name.length);
    header.writeUInt32LE(0x02014b50, 0);
    header.writeUInt16LE(stored ? 0 : 8, 10);
    header.writeUInt32LE(packed.length, 20);
    header.writeUInt32LE(size, 24);
    header.writeUInt16LE(name.length, 28);
    header.writeUInt32LE(at, 42);
    header.write(name, 46);
    central.push(header);
    parts.push(local, packed);
    at += local.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(Buffer.concat(central).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...central, end]);
}

const cc = { name: 'tensorflow/libtensorflow_cc.so.2', data: Buffer.from('cc '.repeat(50_000)) };
const framework = { name: 'tensorflow/libtensorflow_framework.so.2', data: Buffer.from('framework'), stored: true };
const other = { name: 'tensorflow/__init__.py', data: Buffer.from('print()') };
let root: string;
let surroundings: Surroundings;

async function wheelOf(entries: Parameters<typeof zip>[0]): Promise<{ wheel: Wheel; wheelFile: string }> {
  const bytes = zip(entries);
  const wheelFile = join(root, 'tiny.whl');
  await writeFile(wheelFile, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const wheel: Wheel = { package: 'tensorflow-cpu', version: '1', pythonVersion: '3', platformTag: 'any', sha256 };
  return { wheel, wheelFile };
}
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
    const { wheel, wheelFile } = await wheelOf([other, cc, framework]);
    const directory = await installLibtensorflow({ surroundings, wheel, wheelFile, report });
    expect((await readdir(directory)).sort()).toEqual(['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']);
    expect(await readFile(join(directory, 'libtensorflow_cc.so.2'))).toEqual(cc.data);
    expect(await readFile(join(directory, 'libtensorflow_framework.so.2'))).toEqual(framework.data);
    expect(findLibtensorflow(surroundings)).toEqual({ directory });
    expect(await left()).toHaveLength(1);
    await rm(wheelFile);
    expect(await installLibtensorflow({ surroundings, wheel, wheelFile, report })).toBe(directory);
  });

  it('leaves nothing behind after a wrong hash, a wheel without the libraries, or one cut short', async () => {
    const good = await wheelOf([cc, framework]);
    const wrong = { ...good.wheel, sha256: '0'.repeat(64) };
    await expect(installLibtensorflow({ surroundings, ...good, wheel: wrong, report })).rejects.toThrow(
      /sha256 .* expected 0{64}; nothing was installed/,
    );
    expect(await left()).toEqual([]);
    const empty = await wheelOf([other, cc]);
    await expect(installLibtensorflow({ surroundings, ...empty, report })).rejects.toThrow(
      'holds 1 TensorFlow libraries, expected 2',
    );
    const short = await wheelOf([{ ...cc, size: cc.data.length + 1 }, framework]);
    await expect(installLibtensorflow({ surroundings, ...short, report })).rejects.toThrow('the wheel promises 150001');
    expect(await left()).toEqual([]);
    expect(findLibtensorflow(surroundings)).toHaveProperty('reason');
  });

  it('two installers at once both end with one whole folder', async () => {
    const { wheel, wheelFile } = await wheelOf([cc, framework]);
    const both = await Promise.all([1, 2].map(() => installLibtensorflow({ surroundings, wheel, wheelFile, report })));
    expect(new Set(both).size).toBe(1);
    expect(await left()).toHaveLength(1);
  });

  it('names the platforms that have a wheel', async () => {
    const freebsd = { ...surroundings, platform: 'freebsd' };
    await expect(installLibtensorflow({ surroundings: freebsd, report })).rejects.toThrow(
      /freebsd-x64 \(known: linux-x64/,
    );
  });

  it('says so in one sentence when the cache cannot be made', async () => {
    const { wheel, wheelFile } = await wheelOf([cc, framework]);
    // A file where a folder should be: works for root too, whom read-only folders do not stop.
    await writeFile(join(root, 'cache'), '');
    await expect(installLibtensorflow({ surroundings, wheel, wheelFile, report })).rejects.toThrow(
      /cannot be written.*--dir/,
    );
  });
});

describe('findLibtensorflow', () => {
  it('looks in the folder given, then CLOZE_LIBTENSORFLOW, then the cache, and passes none over silently', async () => {
    const folders = [join(root, 'a'), join(root, 'b'), cacheDirectory(surroundings)] as const;
    for (const folder of folders) {
      await mkdir(folder, { recursive: true });
      for (const name of ['cc', 'framework']) await writeFile(join(folder, `libtensorflow_${name}.so.2`), '');
    }
    const [a, b, cache] = folders;
    const named = { ...surroundings, env: { ...surroundings.env, CLOZE_LIBTENSORFLOW: b } };
    expect(findLibtensorflow(named, a)).toEqual({ directory: a });
    expect(findLibtensorflow(named)).toEqual({ directory: b });
    expect(findLibtensorflow(surroundings)).toEqual({ directory: cache });
    await rm(join(b, 'libtensorflow_cc.so.2'));
    expect(findLibtensorflow(named)).toEqual({
      reason: expect.stringMatching(/CLOZE_LIBTENSORFLOW is .* lacks libtensorflow_cc\.so\.2/),
    });
  });

  it('ignores a relative XDG_CACHE_HOME', () => {
    const relative = { ...surroundings, env: { XDG_CACHE_HOME: 'cache' } };
    expect(cacheDirectory(relative)).toBe(join(root, '.cache/cloze/libtensorflow-2.21.0-linux-x64'));
  });
});
