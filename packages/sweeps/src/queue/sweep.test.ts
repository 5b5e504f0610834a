import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type OwnRedis, ownRedis, redisServer } from '../../../../apps/qa/src/sweeps/own-redis.ts';
import type { DoRun, PlannedRun } from '../here/planned-run.ts';
import { canonicalJson, sha256, specHash } from '../record/canonical-json.ts';
import { readSealed, sealOf } from '../record/sealed-manifest.ts';
import { connectQueue } from './connect-queue.ts';
import { type FollowEvent, followSweep } from './follow-sweep.ts';
import { queueAddress } from './queue-address.ts';
import type { QueueClient } from './queue-client.ts';
import { redisOf } from './redis-of.ts';
import { sweepQueue } from './sweep-queue.ts';
import { sweepStore } from './sweep-store.ts';
import { newTerms } from './sweep-terms.ts';
import { type WorkEvent, work } from './work.ts';

/** What a run is told here, and what all workers must share. */
interface Spec {
  readonly seed: number;
}
interface Shared {
  readonly code: string;
}
const isSpec = (value: unknown): value is Spec => typeof value === 'object' && value !== null && 'seed' in value;
const isShared = (value: unknown): value is Shared => typeof value === 'object' && value !== null && 'code' in value;
const differs = (own: Shared, there: Shared) =>
  own.code === there.code ? undefined : `its code is ${there.code}, here ${own.code}`;
const isFinished = ({ folder }: PlannedRun<Spec>) => existsSync(join(folder, 'manifest.json'));
const shared: Shared = { code: 'a' };

const root = mkdtempSync(join(tmpdir(), 'cloze-sweep-'));
const plan = (out: string, seeds: number) =>
  Array.from({ length: seeds }, (_, i) => ({ spec: { seed: i + 1 }, folder: join(out, 'runs', `${i + 1}`) }));

/** Leaves the record of a run in its folder as a child would, without its work. */
const copied: DoRun<Spec> = async ({ spec, folder }) => {
  mkdirSync(folder, { recursive: true });
  const contents = { 'spec.json': `${canonicalJson(spec)}\n`, 'predictions.jsonl': `${spec.seed}\n` };
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(folder, name), content);
  const files = Object.fromEntries(Object.entries(contents).map(([name, content]) => [name, sha256(content)]));
  const manifest = { spec: specHash(spec), files };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, seal: sealOf(manifest) }));
  return { kind: 'finished' };
};

/** Runs that have no record of theirs. */
const wrong = (runs: readonly PlannedRun<Spec>[]) =>
  runs.filter(({ spec, folder }) => {
    const { files, spec: hash, seal } = readSealed(join(folder, 'manifest.json'));
    const same = Object.entries(files).every(([name, own]) => sha256(readFileSync(join(folder, name))) === own);
    return !same || hash !== specHash(spec) || seal !== sealOf({ files, spec: hash });
  });

describe.skipIf(redisServer() === undefined)('a sweep on a queue', { timeout: 30_000 }, () => {
  let redis: OwnRedis;
  beforeAll(async () => {
    redis = await ownRedis(join(root, 'redis'));
  });
  afterAll(async () => {
    await redis.stop();
    rmSync(root, { recursive: true });
  });
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end(); // at most a handful
  });

  const connect = async (said: string[] = []): Promise<QueueClient> => {
    const address = queueAddress({ queue: `redis://127.0.0.1:${redis.port}` }, {});
    const client = await connectQueue(address as NonNullable<typeof address>, (line) => said.push(line));
    ends.push(() => client.disconnect());
    return client;
  };
  let names = 0;
  const newName = () => `test-${++names}`;
  const queueOf = (client: QueueClient, name: string) => sweepQueue(client, name, isSpec);
  const storeOf = (client: QueueClient, name: string) => sweepStore(client, name, isShared);

  async function follow(name: string, seeds: number, out = mkdtempSync(join(root, 'out-'))) {
    const said: string[] = [];
    const events: FollowEvent<Spec>[] = [];
    const signal = new AbortController();
    ends.push(() => signal.abort());
    const runs = plan(out, seeds);
    const client = await connect(said);
    const done = followSweep({
      ...{ client, name, where: `sweep '${name}' at redis://test`, heartbeat: 1, runs, root: out },
      ...{ shared, isShared, isSpec, differs, isFinished, recordHas: ['spec.json'] },
      ...{ signal: signal.signal, watch: (event: FollowEvent<Spec>) => events.push(event) },
    });
    done.catch(() => {});
    const recorded = () => events.filter(({ kind }) => kind === 'recorded').length;
    return { out, runs, said, events, recorded, done, client, stop: () => signal.abort() };
  }
  async function worker(name: string, run: DoRun<Spec> = copied, untilDone = false) {
    const events: WorkEvent<Spec>[] = [];
    const signal = new AbortController();
    const folder = mkdtempSync(join(root, 'work-'));
    const client = await connect();
    const done = work({
      ...{ client, name, shown: 'redis://test', jobs: 1, folder, untilDone, run, isSpec, isShared, isFinished },
      cannotWork: async (there: Shared) => differs(shared, there),
      ...{ signal: signal.signal, say: () => {}, watch: (event: WorkEvent<Spec>) => events.push(event) },
    });
    done.catch(() => {});
    ends.push(async () => {
      signal.abort();
      await done.catch(() => {});
    });
    const sent = () => events.flatMap(({ end }) => (end.kind === 'sent' ? [end.as] : []));
    return { events, sent, done, folder, client, stop: () => signal.abort() };
  }

  it('is done by two workers, each run once; their folders are empty then, and nothing is left to do', async () => {
    const name = newName();
    const [one, two] = [await worker(name, copied, true), await worker(name)];
    const { done, runs, out, recorded } = await follow(name, 12);
    await done;
    expect(wrong(runs)).toEqual([]);
    expect(readdirSync(out)).toEqual(['runs']);
    expect([...one.sent(), ...two.sent()]).toEqual(Array.from({ length: 12 }, () => 'kept'));
    expect(recorded()).toBe(12);
    // The first was the only one who was to leave.
    await (await worker(name, copied, true)).done;
    expect([one, two].flatMap(({ folder }) => readdirSync(folder))).toEqual([]);
    const queue = queueOf(await connect(), name);
    ends.push(queue.close);
    expect(await queue.counts()).toEqual({ waiting: 0, active: 0, failed: 0 });
  });

  it('goes on when the server is killed and started again', async () => {
    const name = newName();
    const slow: DoRun<Spec> = async (...task) => {
      await pause(100);
      return copied(...task);
    };
    await worker(name, slow);
    const { done, runs, said, recorded } = await follow(name, 6);
    while (recorded() === 0) await pause(20);
    await redis.kill();
    await pause(300);
    await redis.start();
    await done;
    expect(wrong(runs)).toEqual([]);
    expect(said.filter((line) => /is gone|is back/.test(line))).toHaveLength(2);
  });

  it('puts back what a server lost that kept nothing', async () => {
    const name = newName();
    const { done, runs, client } = await follow(name, 3);
    const queue = queueOf(client, name);
    while ((await queue.counts()).waiting < 3) await pause(20);
    await redisOf(client).flushall();
    await worker(name);
    await done;
    expect(wrong(runs)).toEqual([]);
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
    expect(wrong(runs)).toEqual([]);
  });

  it('a run that fails is told with its reason, and tried again when asked', async () => {
    const name = newName();
    let fails = true;
    await worker(name, (run, ...rest) =>
      fails && run.spec.seed === 2 ? Promise.resolve({ kind: 'failed', reason: 'no good' }) : copied(run, ...rest),
    );
    const { done, events, out, client } = await follow(name, 3);
    const reasons = [...(await done).failed].map(([{ spec }, reason]) => [spec.seed, reason]);
    expect(reasons).toEqual([[2, 'no good']]);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'failed', reason: 'no good' }));
    fails = false;
    const queue = queueOf(client, name);
    expect(await queue.retry()).toBe(1);
    const again = await follow(name, 3, out);
    expect([(await again.done).failed.size, wrong(again.runs)]).toEqual([0, []]);
  });

  it('a worker whose disk is full gives the run back and leaves, with one sentence', async () => {
    const name = newName();
    const full = await worker(name, async () => ({ kind: 'failed', reason: 'the disk is full.', code: 'ENOSPC' }));
    const { done, runs } = await follow(name, 1);
    await expect(full.done).rejects.toThrow('the disk is full.');
    await worker(name);
    expect([(await done).failed.size, wrong(runs)]).toEqual([0, []]);
  });

  it('a stopped worker gives its run back; a cancelled sweep stops its runs and its follower', async () => {
    const name = newName();
    const held: DoRun<Spec> = (_task, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve({ kind: 'interrupted' }), { once: true });
      });
    const first = await worker(name, held);
    const { done, client } = await follow(name, 1);
    while (first.events.length === 0) await pause(20);
    first.stop();
    await first.done;
    const queue = queueOf(client, name);
    expect(await queue.counts()).toEqual({ waiting: 1, active: 0, failed: 0 });
    const second = await worker(name, held);
    while (second.events.length === 0) await pause(20);
    const store = storeOf(client, name);
    const terms = await store.terms();
    if (terms) await store.cancel(terms);
    await queue.clear();
    await expect(done).rejects.toThrow('the sweep was cancelled');
    while (readdirSync(second.folder).length > 0) await pause(20);
    expect((await redisOf(client).keys(`cloze*${name}*`)).filter((key) => !key.endsWith(':terms'))).toEqual([]);
  });

  it('a damaged record is refused and its run done again', async () => {
    const name = newName();
    let times = 0;
    const damaged: DoRun<Spec> = async (run, ...rest) => {
      const end = await copied(run, ...rest);
      // After its hash was taken.
      if (++times === 1) writeFileSync(join(run.folder, 'predictions.jsonl'), 'x');
      return end;
    };
    await worker(name, damaged);
    const { done, runs, events } = await follow(name, 1);
    await done;
    const reason = 'its record is refused: predictions.jsonl is not what its manifest says.';
    expect(events).toContainEqual(expect.objectContaining({ kind: 'refused', reason }));
    expect([times, wrong(runs)]).toEqual([2, []]);
  });

  it('what does not share, and other versions, are refused before anything is done; so is a second follower', async () => {
    const name = newName();
    const store = storeOf(await connect(), name);
    await store.follow('process 7 on another', 60_000);
    await expect((await follow(name, 1)).done).rejects.toThrow(
      'this sweep is followed by process 7 on another already.',
    );
    await store.unfollow('process 7 on another');
    const terms = newTerms(shared, 1);
    await store.putTerms({ ...terms, shared: { code: 'b' } });
    const refused = `sweep '${name}' at redis://test: its code is b, here a`;
    await expect((await worker(name)).done).rejects.toThrow(refused);
    // One that is done is nobody's: the same name may be used for another.
    const queue = queueOf(await connect(), name);
    ends.push(queue.close);
    await queue.add(terms.id, [{ seed: 9 }]);
    await expect((await follow(name, 1)).done).rejects.toThrow(`${refused}; or choose another --name`);
    await store.putTerms({ ...terms, format: 1 });
    await expect((await worker(name)).done).rejects.toThrow(
      `sweep '${name}' is of version 1, this program's is 2: use the same version of Cloze, or another --name.`,
    );
  });

  it('what a run on this machine left unfinished gives way', async () => {
    const name = newName();
    await worker(name);
    const out = mkdtempSync(join(root, 'held-'));
    const [run] = plan(out, 1);
    mkdirSync(run?.folder as string, { recursive: true });
    writeFileSync(join(run?.folder as string, 'spec.json'), 'of a run that was stopped');
    const { done, runs } = await follow(name, 1, out);
    await done;
    expect(wrong(runs)).toEqual([]);
  });
});
