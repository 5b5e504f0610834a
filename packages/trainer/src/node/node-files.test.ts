import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import * as promises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plainCodec } from '../../test/plain-codec.ts';
import { openCheckpoints } from '../checkpoints/open-checkpoints.ts';
import { type FileOperations, nodeFiles } from './node-files.ts';
import { ownMark, processMark } from './process-mark.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'cloze-files-'));

describe('nodeFiles', () => {
  it('writes, lists, sizes, reads, renames and removes on the disk', async () => {
    const files = nodeFiles();
    const root = folder();
    expect(await files.list(`${root}/none`)).toEqual([]);
    await files.makeFolder(`${root}/a/b`);
    await files.write(`${root}/a/b/x`, Uint8Array.of(1, 2, 3));
    await files.flushFolder(`${root}/a/b`);
    expect(await files.size(`${root}/a/b/x`)).toBe(3);
    await files.rename(`${root}/a/b`, `${root}/c`);
    const bytes = await files.read(`${root}/c/x`);
    expect([...bytes]).toEqual([1, 2, 3]);
    // A Buffer would share memory here, and a codec that copies with slice() would read its neighbours.
    expect(new Uint8Array(bytes.slice().buffer)).toEqual(Uint8Array.of(1, 2, 3));
    await expect(files.write(`${root}/c/x`, Uint8Array.of(1))).rejects.toThrow('EEXIST');
    await files.remove(`${root}/c`);
    await files.remove(`${root}/c`);
    expect(await files.list(root)).toEqual(['a']);
    expect(await files.free(root)).toBeGreaterThan(0);
    // FIPS 180-2, appendix B.1.
    expect(files.sha256(Buffer.from('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

it('reads a file that is too large for one call in pieces, and says where it is cut short', async () => {
  const path = join(folder(), 'large');
  writeFileSync(path, 'abcdefgh');
  const large = Object.assign(new RangeError('File size is greater than 2 GiB'), { code: 'ERR_FS_FILE_TOO_LARGE' });
  const readFile = () => Promise.reject(large);
  const files = nodeFiles({ ...promises, readFile } as typeof promises);
  expect(Buffer.from(await files.read(path)).toString()).toBe('abcdefgh');
  const stat = async () => ({ size: 12 });
  const cut = nodeFiles({ ...promises, readFile, stat } as unknown as typeof promises);
  await expect(cut.read(path)).rejects.toThrow('ends at 8 of 12 bytes');
});

/** The real operations, each told to `before` first, those of open files too. */
function watched(before: (name: string) => void): FileOperations {
  const wrap = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (object, name) => {
        const value = Reflect.get(object, name) as unknown;
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          // close(2) gives the descriptor back even when it reports an error.
          if (name === 'close') await Reflect.apply(value, object, args);
          before(String(name));
          if (name === 'close') return undefined;
          const result = (await Reflect.apply(value, object, args)) as unknown;
          return name === 'open' ? wrap(result as object) : result;
        };
      },
    });
  return wrap({ ...promises } as object) as FileOperations;
}

describe('a save on the real disk', () => {
  it('leaves the previous checkpoint after any one of its operations fails', async () => {
    const failed: string[] = [];
    const contentOf = (step: number) => ({
      step,
      tensors: { parameters: { w: { shape: [3], dtype: 'float32' as const, values: Float32Array.of(step, 2, 3) } } },
    });
    const root = folder();
    for (let failing = 0; ; failing++) {
      let countdown = Number.POSITIVE_INFINITY;
      const operations = watched((name) => {
        if (countdown-- !== 0) return;
        failed.push(name);
        throw Object.assign(new Error(`EIO: i/o error, ${name}`), { code: 'EIO' });
      });
      const run = `${root}/${failing}`;
      const options = { folder: run, codec: plainCodec, saveTotalLimit: 1, warn: () => {} };
      const checkpoints = await openCheckpoints({ ...options, files: nodeFiles(operations) });
      await checkpoints.save(contentOf(1));
      countdown = failing;
      const outcome = await checkpoints.save(contentOf(2)).catch((error: Error) => error);
      const reached = countdown < 0;
      countdown = Number.POSITIVE_INFINITY;
      await checkpoints.close();
      // A new process with a sound disk.
      const after = await openCheckpoints({ ...options, files: nodeFiles() });
      const step = (await after.latest())?.step;
      if (outcome instanceof Error) expect([1, 2]).toContain(step);
      else expect(step).toBe(2);
      await after.save(contentOf(3));
      expect((await after.latest())?.step).toBe(3);
      await after.close();
      if (!reached) break;
    }
    expect(new Set(failed)).toEqual(
      new Set(['statfs', 'readdir', 'readFile', 'rm', 'mkdir', 'open', 'writeFile', 'sync', 'close', 'stat', 'rename']),
    );
  });
});

describe('lock', () => {
  it('lets one run have a folder, names the owner to the other, and gives it back', async () => {
    const [files, root] = [nodeFiles(), folder()];
    const release = await files.lock(root);
    await expect(files.lock(root)).rejects.toThrow(`in use by process ${process.pid}`);
    await release();
    await (await files.lock(root))();
    expect(readdirSync(root)).toEqual([]);
  });

  it('takes over from a process that was killed, even before it wrote its name', async () => {
    const [files, root] = [nodeFiles(), folder()];
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const mark = processMark(child.pid as number);
    expect(mark).toBeDefined();
    const name = `lock-${child.pid}-${mark?.started}-0.json`;
    writeFileSync(join(root, name), '');
    await expect(files.lock(root)).rejects.toThrow(`process ${child.pid}`);
    child.kill('SIGKILL');
    await new Promise((done) => child.once('exit', done));
    const release = await files.lock(root);
    expect(readdirSync(root)).toHaveLength(1);
    await release();
  });

  it('is not deceived by a number that another process has now', async () => {
    const [files, root] = [nodeFiles(), folder()];
    const own = processMark(process.pid);
    writeFileSync(join(root, `lock-${process.pid}-earlier-0.json`), '');
    expect(own?.started).not.toBe('earlier');
    await (await files.lock(root))();
  });

  it('takes over from a dead process of this machine under a former name, not from another machine', async () => {
    const [files, root] = [nodeFiles(), folder()];
    const { status, stdout } = spawnSync(process.execPath, ['-e', 'console.log(process.pid)'], { encoding: 'utf8' });
    expect(status).toBe(0);
    const pid = Number(stdout);
    const [{ started, numbers }, name] = [ownMark(), `lock-${pid}-x-0.json`];
    const former = { pid, started: `${started.split('.')[0]}.1`, host: 'former-name', numbers };
    writeFileSync(join(root, name), JSON.stringify(former));
    // Only Linux tells a boot and whose process numbers these are.
    if (numbers !== undefined) await (await files.lock(root))();
    for (const other of [
      { ...former, numbers: 'pid:[1]' },
      { ...former, started: '00000000.1' },
    ]) {
      writeFileSync(join(root, name), JSON.stringify(other));
      await expect(files.lock(root)).rejects.toThrow(
        `in use by process ${pid} on former-name. Wait for it, or choose another folder; if that machine is gone or has another name now, remove ${name}.`,
      );
    }
  });

  it('does not guess at a file that names no process, and leaves none of its own where it gives way', async () => {
    const [files, root] = [nodeFiles(), folder()];
    for (const [name, content] of [
      ['lock-junk.json', 'junk'],
      ['lock-null.json', 'null'],
      ['lock-list.json', '[1, 2]'],
      ['lock-text.json', '{"pid":"7","started":1,"host":"x"}'],
    ] as const) {
      writeFileSync(join(root, name), content);
      await expect(files.lock(root)).rejects.toThrow(
        `may be in use: ${name} does not say by whom. If no run is writing there, remove that file.`,
      );
      expect(readdirSync(root)).toEqual([name]);
      rmSync(join(root, name));
    }
  });

  it('never lets two of many at once in', async () => {
    const [files, root] = [nodeFiles(), folder()];
    for (let round = 0; round < 20; round++) {
      const taken = (await Promise.allSettled(Array.from({ length: 6 }, () => files.lock(root)))).flatMap((result) =>
        result.status === 'fulfilled' ? [result.value] : [],
      );
      expect(taken.length).toBeLessThanOrEqual(1);
      await Promise.all(taken.map((release) => release()));
    }
  });
});
