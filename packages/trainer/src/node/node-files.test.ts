import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from './node-files.ts';
import { processMark } from './process-mark.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'cloze-files-'));

describe('nodeFiles', () => {
  it('writes, lists, sizes, reads, renames and removes on the disk', async () => {
    const files = nodeFiles();
    const at = folder();
    expect(await files.list(`${at}/none`)).toEqual([]);
    await files.makeFolder(`${at}/a/b`);
    await files.write(`${at}/a/b/x`, Uint8Array.of(1, 2, 3));
    await files.flushFolder(`${at}/a/b`);
    expect(await files.size(`${at}/a/b/x`)).toBe(3);
    await files.rename(`${at}/a/b`, `${at}/c`);
    const bytes = await files.read(`${at}/c/x`);
    expect([...bytes]).toEqual([1, 2, 3]);
    // A Buffer would share memory here, and a codec that copies with slice() would read its neighbours.
    expect(new Uint8Array(bytes.slice().buffer)).toEqual(Uint8Array.of(1, 2, 3));
    await expect(files.write(`${at}/c/x`, Uint8Array.of(1))).rejects.toThrow('EEXIST');
    await files.remove(`${at}/c`);
    await files.remove(`${at}/c`);
    expect(await files.list(at)).toEqual(['a']);
    expect(await files.free(at)).toBeGreaterThan(0);
    // FIPS 180-2, appendix B.1.
    expect(files.sha256(Buffer.from('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

describe('lock', () => {
  it('lets one run have a folder, names the owner to the other, and gives it back', async () => {
    const [files, at] = [nodeFiles(), folder()];
    const release = await files.lock(at);
    await expect(files.lock(at)).rejects.toThrow(`in use by process ${process.pid}`);
    await release();
    await (await files.lock(at))();
    expect(readdirSync(at)).toEqual([]);
  });

  it('takes over from a process that was killed, even before it wrote its name', async () => {
    const [files, at] = [nodeFiles(), folder()];
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const mark = processMark(child.pid as number);
    expect(mark).toBeDefined();
    const name = `lock-${child.pid}-${mark?.started}-0.json`;
    writeFileSync(join(at, name), '');
    await expect(files.lock(at)).rejects.toThrow(`process ${child.pid}`);
    child.kill('SIGKILL');
    await new Promise((done) => child.once('exit', done));
    const release = await files.lock(at);
    expect(readdirSync(at)).toHaveLength(1);
    await release();
  });

  it('is not deceived by a number that another process has now', async () => {
    const [files, at] = [nodeFiles(), folder()];
    const own = processMark(process.pid);
    writeFileSync(join(at, `lock-${process.pid}-earlier-0.json`), '');
    expect(own?.started).not.toBe('earlier');
    await (await files.lock(at))();
  });

  it('never lets two of many at once in', async () => {
    const [files, at] = [nodeFiles(), folder()];
    for (let round = 0; round < 20; round++) {
      const taken = (await Promise.allSettled(Array.from({ length: 6 }, () => files.lock(at)))).flatMap((result) =>
        result.status === 'fulfilled' ? [result.value] : [],
      );
      expect(taken.length).toBeLessThanOrEqual(1);
      await Promise.all(taken.map((release) => release()));
    }
  });
});
