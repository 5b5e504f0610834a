import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type OwnRedis, ownRedis, redisServer } from '../../../qa/src/sweeps/own-redis.ts';
import { recipeOf } from '../recipes/all-recipes.ts';
import { canonicalJson, sha256 } from '../runs/canonical-json.ts';
import { executeRun } from '../runs/execute-run.ts';
import type { runInChild } from '../runs/run-in-child.ts';
import { readManifest, sealOf } from '../runs/run-record.ts';
import { type RunSpec, specHash } from '../runs/run-spec.ts';
import { verifyRun } from '../runs/verify-run.ts';
import { connectQueue } from './connect-queue.ts';
import { armsKept } from './hopeless-arms.ts';
import { planSweep } from './plan-sweep.ts';
import { queueAddress } from './queue-address.ts';
import { sweepOnQueue } from './sweep-on-queue.ts';
import { sweepQueue } from './sweep-queue.ts';
import { sweepStore } from './sweep-store.ts';
import { newTerms } from './sweep-terms.ts';
import { sweepTold } from './sweep-told.ts';
import { type WorkEvent, work } from './work.ts';

const root = mkdtempSync(join(tmpdir(), 'cloze-sweep-'));
const arms = ['tnews.drop-0.50'];
const plan = (out: string, seeds: number) =>
  planSweep([recipeOf('drop-token')], {
    ...{ root: out, grid: [{ changes: {}, label: '' }], size: 'tiny', arms, data: 'poems' },
    seeds: Array.from({ length: seeds }, (_, i) => i + 1),
  });
const template = join(root, 'template');

/** Leaves the record of a run in its folder as a child would, without its work: that of the template under another spec. */
const copied: typeof runInChild = async ({ spec, place }) => {
  cpSync(template, place.folder, { recursive: true });
  const text = `${canonicalJson(spec)}\n`;
  writeFileSync(join(place.folder, 'spec.json'), text);
  const manifest = readManifest(template);
  const changed = { ...manifest, spec: specHash(spec), files: { ...manifest.files, 'spec.json': sha256(text) } };
  writeFileSync(join(place.folder, 'manifest.json'), JSON.stringify({ ...changed, seal: sealOf(changed) }));
  return { kind: 'finished' };
};

describe.skipIf(redisServer() === undefined)('a sweep on a queue', { timeout: 30_000 }, () => {
  let redis: OwnRedis;
  beforeAll(async () => {
    redis = await ownRedis(join(root, 'redis'));
    const place = { folder: template, data: undefined, encoder: undefined, threads: 1 };
    await executeRun(plan(root, 1)[0]?.spec as RunSpec, place, { signal: new AbortController().signal, say: () => {} });
  });
  afterAll(async () => {
    await redis.stop();
    rmSync(root, { recursive: true });
  });
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end(); // at most a handful
  });

  const connect = async (said: string[] = []): Promise<Redis> => {
    const address = queueAddress({ queue: `redis://127.0.0.1:${redis.port}` }, {});
    const client = await connectQueue(address as NonNullable<typeof address>, (line) => said.push(line));
    ends.push(() => client.disconnect());
    return client;
  };
  let names = 0;
  const newName = () => `test-${++names}`;
  const inputs = { data: undefined, encoder: undefined };

  async function follow(name: string, seeds: number, out = mkdtempSync(join(root, 'out-'))) {
    const said: string[] = [];
    const signal = new AbortController();
    ends.push(() => signal.abort());
    const runs = plan(out, seeds);
    const kept = armsKept(out, undefined, []);
    const say = (line: string) => said.push(line);
    const told = sweepTold({ done: 0, open: runs, cost: () => 1, kept, json: false, say });
    const client = await connect(said);
    const done = sweepOnQueue({
      ...{ client, name, shown: 'redis://test', heartbeat: 1, inputs, runs, recipes: ['drop-token'], root: out },
      ...{ kept, told, signal: signal.signal, say },
    });
    done.catch(() => {});
    return { out, runs, said, done, told, client, stop: () => signal.abort() };
  }
  async function worker(name: string, run: typeof runInChild = copied, untilDone = false) {
    const events: WorkEvent[] = [];
    const signal = new AbortController();
    const folder = mkdtempSync(join(root, 'work-'));
    const client = await connect();
    const done = work({
      ...{ client, name, shown: 'redis://test', inputs, jobs: 1, threads: 1, folder, untilDone, run },
      ...{ signal: signal.signal, say: () => {}, watch: (event) => events.push(event) },
    });
    done.catch(() => {});
    ends.push(async () => {
      signal.abort();
      await done.catch(() => {});
    });
    const sent = () => events.flatMap(({ end }) => (end.kind === 'sent' ? [end.as] : []));
    return { events, sent, done, folder, client, stop: () => signal.abort() };
  }
  const problems = async (folders: readonly { readonly folder: string }[]) =>
    (await Promise.all(folders.map(({ folder }) => verifyRun(folder)))).flat();

  it('is done by two workers, each run once; their folders are empty then, and nothing is left to do', async () => {
    const name = newName();
    const [one, two] = [await worker(name, copied, true), await worker(name)];
    const { done, runs, out, said } = await follow(name, 12);
    await done;
    expect(await problems(runs)).toEqual([]);
    expect(readdirSync(out)).toEqual(['drop-token']);
    expect([...one.sent(), ...two.sent()]).toEqual(Array.from({ length: 12 }, () => 'kept'));
    expect(said.at(-1)).toMatch(/^\[12\/12\] /);
    // The first was the only one who was to leave.
    await (await worker(name, copied, true)).done;
    expect([one, two].flatMap(({ folder }) => readdirSync(folder))).toEqual([]);
    const queue = sweepQueue(await connect(), name);
    ends.push(queue.close);
    expect(await queue.counts()).toEqual({ waiting: 0, active: 0, failed: 0 });
  });

  it('goes on when the server is killed and started again', async () => {
    const name = newName();
    const slow: typeof runInChild = async (...task) => {
      await pause(100);
      return copied(...task);
    };
    await worker(name, slow);
    const { done, runs, said } = await follow(name, 6);
    while (!said.some((line) => line.startsWith('['))) await pause(20);
    await redis.kill();
    await pause(300);
    await redis.start();
    await done;
    expect(await problems(runs)).toEqual([]);
    expect(said.filter((line) => /is gone|is back/.test(line))).toHaveLength(2);
  });

  it('puts back what a server lost that kept nothing', async () => {
    const name = newName();
    const { done, runs, client } = await follow(name, 3);
    const queue = sweepQueue(client, name);
    while ((await queue.counts()).waiting < 3) await pause(20);
    await client.flushall();
    await worker(name);
    await done;
    expect(await problems(runs)).toEqual([]);
  });

  it('a run of a worker that is silent goes to another, and what it sends afterwards is not kept', async () => {
    const name = newName();
    let wake = () => {};
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const silent = await worker(name, async (...task) => {
      // As one that is stopped: no heartbeat leaves it.
      silent.client.disconnect();
      await asleep;
      await silent.client.connect();
      return copied(...task);
    });
    const { done, runs } = await follow(name, 1);
    while (silent.events.length === 0) await pause(20);
    const other = await worker(name);
    await done;
    wake();
    while (silent.sent().length === 0) await pause(20);
    expect([other.sent(), silent.sent()]).toEqual([['kept'], ['already']]);
    expect(await problems(runs)).toEqual([]);
  });

  it('a run that fails is told with its reason, and tried again when asked', async () => {
    const name = newName();
    let fails = true;
    await worker(name, (task, ...rest) =>
      fails && task.spec.seed === 2 ? Promise.resolve({ kind: 'failed', reason: 'no good' }) : copied(task, ...rest),
    );
    const { done, told, said, out, client } = await follow(name, 3);
    await done;
    expect(told.hasFailed()).toBe(true);
    expect(said).toContain('drop-token/tnews.drop-0.50-2 failed: no good');
    fails = false;
    const queue = sweepQueue(client, name);
    expect(await queue.retry()).toBe(1);
    const again = await follow(name, 3, out);
    await again.done;
    expect([again.told.hasFailed(), await problems(again.runs)]).toEqual([false, []]);
  });

  it('a worker whose disk is full gives the run back and leaves, with one sentence', async () => {
    const name = newName();
    const full = await worker(name, async () => ({ kind: 'failed', reason: 'the disk is full.', code: 'ENOSPC' }));
    const { done, runs, told } = await follow(name, 1);
    await expect(full.done).rejects.toThrow('the disk is full.');
    await worker(name);
    await done;
    expect([told.hasFailed(), await problems(runs)]).toEqual([false, []]);
  });

  it('a stopped worker gives its run back; a cancelled sweep stops its runs and its follower', async () => {
    const name = newName();
    const held: typeof runInChild = (_task, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve({ kind: 'interrupted' }), { once: true });
      });
    const first = await worker(name, held);
    const { done, client } = await follow(name, 1);
    while (first.events.length === 0) await pause(20);
    first.stop();
    await first.done;
    const queue = sweepQueue(client, name);
    expect(await queue.counts()).toEqual({ waiting: 1, active: 0, failed: 0 });
    const second = await worker(name, held);
    while (second.events.length === 0) await pause(20);
    const store = sweepStore(client, name);
    await store.cancel((await store.terms()) as never);
    await queue.clear();
    await expect(done).rejects.toThrow('the sweep was cancelled');
    while (readdirSync(second.folder).length > 0) await pause(20);
    expect((await client.keys(`cloze*${name}*`)).filter((key) => !key.endsWith(':terms'))).toEqual([]);
  });

  it('a damaged record is refused and its run done again', async () => {
    const name = newName();
    let times = 0;
    const damaged: typeof runInChild = async (task, ...rest) => {
      const end = await copied(task, ...rest);
      // After its hash was taken.
      if (++times === 1) writeFileSync(join(task.place.folder, 'predictions.jsonl'), 'x');
      return end;
    };
    await worker(name, damaged);
    const { done, runs, said } = await follow(name, 1);
    await done;
    expect(said.join('\n')).toContain('its record is refused: predictions.jsonl is not what its manifest says');
    expect([times, await problems(runs)]).toEqual([2, []]);
  });

  it('other code, data or version are refused before anything is done; so is a second follower', async () => {
    const name = newName();
    const store = sweepStore(await connect(), name);
    await store.follow('process 7 on another', 60_000);
    await expect((await follow(name, 1)).done).rejects.toThrow(
      'this sweep is followed by process 7 on another already.',
    );
    await store.unfollow('process 7 on another');
    const terms = await newTerms(['drop-token'], inputs, 1);
    await store.putTerms({ ...terms, code: 'f'.repeat(64) });
    const refused = `sweep '${name}' at redis://test: it was begun by other code (ffffffffffff, here ${terms.code.slice(0, 12)})`;
    await expect((await worker(name)).done).rejects.toThrow(refused);
    await expect((await follow(name, 1)).done).rejects.toThrow(refused);
    await store.putTerms({ ...terms, data: { 'a.json': 'a'.repeat(64) } });
    await expect((await worker(name)).done).rejects.toThrow('it reads a data folder; give yours with --data');
    await store.putTerms({ ...terms, format: 2 });
    await expect((await worker(name)).done).rejects.toThrow(
      `sweep '${name}' is of version 2, this program's is 1: use the same version of Cloze, or another --name.`,
    );
  });

  it('a folder that a run on this machine holds is left to it', async () => {
    const name = newName();
    await worker(name);
    const out = mkdtempSync(join(root, 'held-'));
    const [run] = plan(out, 1);
    cpSync(template, run?.folder as string, { recursive: true });
    rmSync(join(run?.folder as string, 'manifest.json'));
    await (await follow(name, 1, out)).done;
    expect(existsSync(join(run?.folder as string, 'manifest.json'))).toBe(true);
    expect(readFileSync(join(run?.folder as string, 'spec.json'), 'utf8')).toContain('"seed":1');
  });
});
