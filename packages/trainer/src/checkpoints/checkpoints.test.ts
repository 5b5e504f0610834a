import { flattenTree, type HostTensor } from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { memoryDisk } from '../../test/memory-disk.ts';
import { plainCodec } from '../../test/plain-codec.ts';
import { nodeFiles } from '../node/node-files.ts';
import { type CheckpointOptions, openCheckpoints } from './open-checkpoints.ts';
import { bestOf, type Kept, newestFirst, retained } from './retained.ts';

const vector = (...values: number[]): HostTensor => ({
  shape: [values.length],
  dtype: 'float32',
  values: Float32Array.from(values),
});
const contentOf = (step: number) => ({
  step,
  tensors: { parameters: { layer: { kernel: vector(step, step / 3), bias: vector(-step) } } },
  state: { note: `step ${step}` },
  metrics: { loss: 1 / step },
});
const open = (disk: ReturnType<typeof memoryDisk>, options: Partial<CheckpointOptions> = {}) => {
  const warnings: string[] = [];
  return openCheckpoints({
    folder: '/run',
    files: nodeFiles(disk.operations),
    codec: plainCodec,
    warn: (message) => warnings.push(message),
    ...options,
  }).then((checkpoints) => ({ checkpoints, warnings }));
};

describe('openCheckpoints', () => {
  it('gives back what was saved, bit for bit, and keeps the last three', async () => {
    const { checkpoints, warnings } = await open(memoryDisk());
    expect(await checkpoints.latest()).toBeUndefined();
    for (const step of [10, 20, 30, 40]) expect(await checkpoints.save(contentOf(step))).toBe(`checkpoint-${step}`);
    const latest = await checkpoints.latest();
    expect([latest?.step, latest?.state, latest?.metrics]).toEqual([40, { note: 'step 40' }, { loss: 1 / 40 }]);
    const tree = contentOf(40).tensors.parameters;
    expect(latest?.tensors.parameters).toEqual(new Map(flattenTree(tree)));
    expect((await checkpoints.list()).map(({ step }) => step)).toEqual([40, 30, 20]);
    expect(warnings).toEqual([]);
  });

  it('writes a file part by part, each read when its turn comes', async () => {
    const disk = memoryDisk();
    const plain = await open(disk, { folder: '/plain' });
    await plain.checkpoints.save(contentOf(7));
    let most = 0;
    const inParts = {
      ...plainCodec,
      write: (tensors: ReadonlyMap<string, HostTensor>) => ({
        *[Symbol.iterator]() {
          const bytes = plainCodec.write(tensors);
          for (let at = 0; at < bytes.length; at += 5) {
            most = Math.max(most, bytes.subarray(at, at + 5).length);
            yield bytes.subarray(at, at + 5);
          }
        },
      }),
    };
    const parts = await open(disk, { codec: inParts });
    await parts.checkpoints.save(contentOf(7));
    expect(most).toBe(5);
    for (const file of ['parameters.safetensors', 'COMPLETE.json'])
      expect(disk.bytes(`/run/checkpoint-7/${file}`)).toEqual(disk.bytes(`/plain/checkpoint-7/${file}`));
    expect((await parts.checkpoints.latest())?.tensors.parameters).toEqual(
      new Map(flattenTree(contentOf(7).tensors.parameters)),
    );
  });

  it('keeps the best by metric besides the newest', async () => {
    const { checkpoints } = await open(memoryDisk(), {
      saveTotalLimit: 1,
      metricForBestModel: 'score',
      greaterIsBetter: true,
    });
    for (const [step, score] of [
      [1, 0.2],
      [2, 0.9],
      [3, Number.NaN],
      [4, 0.5],
    ] as const)
      await checkpoints.save({ ...contentOf(step), metrics: { score } });
    expect((await checkpoints.list()).map(({ step }) => step)).toEqual([4, 2]);
    expect((await checkpoints.best())?.step).toBe(2);
  });

  it.each([Number.NaN, Number.NEGATIVE_INFINITY])(
    'never takes weights of %d for a state to go on from',
    async (bad) => {
      const disk = memoryDisk();
      const first = await open(disk);
      await first.checkpoints.save(contentOf(1));
      const broken = { ...contentOf(2), tensors: { parameters: { w: vector(1, bad, 3) } } };
      await expect(first.checkpoints.save(broken)).rejects.toThrow(
        `save: after step 2 parameters/w holds ${bad} at 1: nothing was saved`,
      );
      expect((await first.checkpoints.list()).map(({ step }) => step)).toEqual([1]);
      await first.checkpoints.close();
      // As one that was written before anybody looked.
      const blind = { ...plainCodec, write: () => plainCodec.write(new Map([['w', vector(1, bad, 3)]])) };
      const second = await open(disk, { codec: blind });
      await second.checkpoints.save(contentOf(2));
      await second.checkpoints.close();
      const third = await open(disk);
      expect((await third.checkpoints.latest())?.step).toBe(1);
      expect(third.warnings).toEqual([expect.stringContaining(`is damaged (parameters/w holds ${bad} at 1)`)]);
    },
  );

  it('a state keeps the numbers that JSON has no words for', async () => {
    const { checkpoints } = await open(memoryDisk());
    const state = { a: [Number.NaN, Infinity, -Infinity, -0, 0, 1.5, null, 'NaN'], b: { c: -0 } };
    await checkpoints.save({ ...contentOf(1), state });
    const found = (await checkpoints.latest())?.state as typeof state;
    expect(found).toStrictEqual(state);
    expect(Object.is(found.b.c, -0)).toBe(true);
  });

  it.each(['state.json', 'parameters.safetensors', 'COMPLETE.json'])(
    'sets a checkpoint with a torn or altered %s aside, says so and uses the one before',
    async (file) => {
      for (const harm of ['tear', 'flip'] as const) {
        const disk = memoryDisk();
        const first = await open(disk);
        for (const step of [1, 2]) await first.checkpoints.save(contentOf(step));
        await first.checkpoints.close();
        const path = `/run/checkpoint-2/${file}`;
        const bytes = disk.bytes(path);
        if (harm === 'tear') disk.put(path, bytes.subarray(0, bytes.length >> 1));
        // A digit of a number: still JSON, so only a checksum can tell.
        else bytes[bytes.lastIndexOf('2')] = 0x33;
        const { checkpoints, warnings } = await open(disk);
        expect((await checkpoints.latest())?.step).toBe(1);
        expect(warnings.join()).toMatch(
          /checkpoint-2 is damaged .*the one before is used; it was set aside as damaged-checkpoint-2/,
        );
        expect(await checkpoints.save(contentOf(2))).toBe('checkpoint-2');
        expect((await checkpoints.latest())?.step).toBe(2);
      }
    },
  );

  it('loads the previous checkpoint after any one operation of a save fails, and saves again once it works', async () => {
    const operations: string[] = [];
    for (let failing = 0; ; failing++) {
      let countdown = Number.POSITIVE_INFINITY;
      const disk = memoryDisk((operation, path) => {
        if (countdown-- !== 0) return;
        operations.push(operation);
        throw Object.assign(new Error(`ENOSPC: no space left on device, ${operation} ${path}`), { code: 'ENOSPC' });
      });
      const { checkpoints } = await open(disk, { saveTotalLimit: 1 });
      await checkpoints.save(contentOf(1));
      countdown = failing;
      const outcome = await checkpoints.save(contentOf(2)).catch((error: Error) => error);
      const reached = countdown < 0;
      countdown = Number.POSITIVE_INFINITY;
      const step = (await checkpoints.latest())?.step;
      if (outcome instanceof Error) {
        expect([1, 2]).toContain(step);
        // Only a failure after the rename leaves the new one in sight, and then it is whole.
        if (step === 2) expect(operations.at(-1)).toMatch(/open|sync|close|readdir|readFile/);
      } else expect(step).toBe(2);
      await checkpoints.save(contentOf(3));
      expect((await checkpoints.latest())?.step).toBe(3);
      if (!reached) break;
    }
    expect(new Set(operations)).toEqual(
      new Set(['statfs', 'readdir', 'readFile', 'rm', 'mkdir', 'open', 'write', 'sync', 'close', 'stat', 'rename']),
    );
    expect(operations.length).toBeGreaterThan(25);
  });

  it('has the previous or the new checkpoint after a power cut before any operation, unflushed writes lost', async () => {
    const seen = new Set<number | undefined>();
    for (let cut = 0; ; cut++) {
      let countdown = Number.POSITIVE_INFINITY;
      const disk = memoryDisk(() => {
        if (countdown-- <= 0) throw new Error('the power is off');
      });
      const before = await open(disk, { saveTotalLimit: 1 });
      await before.checkpoints.save(contentOf(1));
      countdown = cut;
      const saved = await before.checkpoints.save(contentOf(2)).catch(() => undefined);
      const finished = countdown > 0 && saved !== undefined;
      countdown = Number.POSITIVE_INFINITY;
      disk.crash();
      // The process is gone too, and its lock with it.
      const { checkpoints } = await open(disk, {
        files: { ...nodeFiles(disk.operations), lock: async () => async () => {} },
      });
      const step = (await checkpoints.latest())?.step;
      expect([1, 2]).toContain(step);
      // A save that resolved is on the disk.
      if (saved !== undefined) expect(step).toBe(2);
      seen.add(step);
      if (finished) break;
    }
    expect(seen).toEqual(new Set([1, 2]));
  });

  it('refuses to write when the checkpoint does not fit, before touching anything', async () => {
    const disk = memoryDisk();
    const files = { ...nodeFiles(disk.operations), free: async () => 100 };
    const { checkpoints } = await open(disk, { files });
    await expect(checkpoints.save(contentOf(1))).rejects.toThrow(/takes \d+ bytes, \/run has 100 free/);
  });

  it('says at the first save that the disk will be too small for all that are kept', async () => {
    const disk = memoryDisk();
    const files = { ...nodeFiles(disk.operations), free: async () => 1200 };
    const { checkpoints, warnings } = await open(disk, { files });
    for (const step of [1, 2]) await checkpoints.save(contentOf(step));
    expect(warnings.join()).toMatch(/^\/run has 1200 bytes free; 4 checkpoints of \d+ will not fit[^,]*$/);
  });

  it('sets later checkpoints aside when a run goes on from an earlier one', async () => {
    const { checkpoints, warnings } = await open(memoryDisk());
    for (const step of [10, 20]) await checkpoints.save(contentOf(step));
    await checkpoints.save(contentOf(15));
    expect((await checkpoints.latest())?.step).toBe(15);
    expect(warnings.join()).toContain('set aside as abandoned-checkpoint-20');
  });
});

describe('retained', () => {
  it('never drops the newest or the best in 100,000 random sequences of saves', () => {
    // A small generator of its own (Park and Miller 1988), so that a failure can be repeated.
    let state = 1;
    const below = (limit: number) => (state = (state * 48271) % 2147483647) % limit;
    let saves = 0;
    let bestBeyondNewest = 0;
    for (let sequence = 0; sequence < 100_000; sequence++) {
      const retention = { saveTotalLimit: 1 + below(3), metricForBestModel: 'm', greaterIsBetter: below(2) === 1 };
      let disk: Kept[] = [];
      const all: Kept[] = [];
      let step = 0;
      for (let n = 1 + below(8); n > 0; n--) {
        // Mostly forwards; sometimes the same step again.
        step += below(4);
        const copy = Math.max(-1, ...disk.filter((kept) => kept.step === step).map((kept) => kept.copy)) + 1;
        const saved: Kept = { name: `${step}-${copy}`, step, copy, metrics: below(5) === 0 ? {} : { m: below(10) } };
        all.push(saved);
        disk.push(saved);
        const keep = retained(disk, retention);
        disk = disk.filter(({ name }) => keep.has(name));
        saves++;
        expect(disk.includes(saved)).toBe(true);
        const best = bestOf(all, retention);
        if (best && !disk.includes(best)) expect.unreachable('the best of all saves was dropped');
        if (best && [...all].sort(newestFirst).indexOf(best) >= retention.saveTotalLimit) bestBeyondNewest++;
        if (disk.length > retention.saveTotalLimit + 1) expect.unreachable('too many stay');
      }
    }
    expect(saves).toBeGreaterThan(400_000);
    // The control: the best was often not among the newest, so keeping only those would have failed.
    expect(bestBeyondNewest).toBeGreaterThan(50_000);
  });

  it('holds for the store itself over 300 random sequences', async () => {
    let state = 7;
    const below = (limit: number) => (state = (state * 48271) % 2147483647) % limit;
    for (let sequence = 0; sequence < 300; sequence++) {
      const disk = memoryDisk();
      const options = { saveTotalLimit: 1 + below(3), metricForBestModel: 'm', greaterIsBetter: false };
      const { checkpoints } = await open(disk, options);
      let [step, best] = [0, Number.POSITIVE_INFINITY];
      for (let n = 2 + below(6); n > 0; n--) {
        step += below(3);
        const m = below(20);
        best = Math.min(best, m);
        await checkpoints.save({ ...contentOf(step), state: n, metrics: { m } });
        expect((await checkpoints.latest())?.state).toBe(n);
        expect((await checkpoints.best())?.metrics.m).toBe(best);
      }
    }
  });
});
