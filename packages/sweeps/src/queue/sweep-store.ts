import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { QueueError } from './connect-queue.ts';
import type { QueueClient } from './queue-client.ts';
import { redisOf } from './redis-of.ts';
import { type SweepTerms, termsOf } from './sweep-terms.ts';

/** How the way back of a record ended: it is kept; another worker's was kept before; the sweep is cancelled; parts of it were lost on the way. */
export type CommitEnd = 'kept' | 'already' | 'cancelled' | 'incomplete';

/** What a sweep has in Redis beside its queue: terms, records on their way back, and which runs are recorded. */
export interface SweepStore<Shared> {
  /** @throws {QueueError} for a queue of another version, or what is none */
  terms(): Promise<SweepTerms<Shared> | undefined>;
  putTerms(terms: SweepTerms<Shared>): Promise<void>;
  /** The way of a record that nobody else uses, of which nothing counts until it is committed; forgotten after an hour. */
  newUpload(run: string): string;
  putPart(upload: string, index: number, part: Uint8Array): Promise<void>;
  /** Makes a record of so many parts the run's, if nobody's is. */
  commit(sweep: string, run: string, upload: string, parts: number): Promise<CommitEnd>;
  /** Whether a run has a record, here or on the follower's disk. */
  isCommitted(run: string): Promise<boolean>;
  /** Runs whose records have come and are not fetched, the first ones. */
  arrived(most: number): Promise<string[]>;
  /** The parts of a run's record; empty where somebody fetched it. */
  parts(run: string): AsyncIterable<Uint8Array>;
  /** The record is on a disk: what is here may go. */
  keep(run: string): Promise<void>;
  /** The record is none: the run is as if it had not come. */
  drop(run: string): Promise<void>;
  /** Says of runs that they have no record after all: their folder was removed. */
  reopen(runs: readonly string[]): Promise<void>;
  /** Becomes the one that fetches records, or stays it. @returns who it is otherwise */
  follow(own: string, milliseconds: number): Promise<string | undefined>;
  unfollow(own: string): Promise<void>;
  /** Leaves a word that the sweep is cancelled, for a day, and forgets all else. */
  cancel(terms: SweepTerms<Shared>): Promise<void>;
}

/** Seconds until parts that were never committed are forgotten. */
const abandoned = 3600;
const recorded = 'recorded';

const commitScript = `
local terms = redis.call('GET', KEYS[1])
if terms then
  local told = cjson.decode(terms)
  if told.cancelled or told.id ~= ARGV[1] then redis.call('DEL', KEYS[4]) return 'cancelled' end
end
local before = redis.call('HGET', KEYS[2], ARGV[2])
if before == KEYS[4] then return 'kept' end
if before then redis.call('DEL', KEYS[4]) return 'already' end
if redis.call('HLEN', KEYS[4]) ~= tonumber(ARGV[3]) then return 'incomplete' end
redis.call('HSET', KEYS[2], ARGV[2], KEYS[4])
redis.call('PERSIST', KEYS[4])
redis.call('RPUSH', KEYS[3], ARGV[2])
return 'kept'`;

const followScript = `
local before = redis.call('GET', KEYS[1])
if before and before ~= ARGV[1] then return before end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ''`;

const unfollowScript = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return ''`;

const isEnd = (value: unknown): value is CommitEnd =>
  value === 'kept' || value === 'already' || value === 'cancelled' || value === 'incomplete';

/** Opens what a sweep of a name has on a server. @param isShared whether what its terms say is what this program's sweeps share */
export function sweepStore<Shared>(
  connection: QueueClient,
  name: string,
  isShared: (shared: unknown) => shared is Shared,
): SweepStore<Shared> {
  const client = redisOf(connection);
  const key = (what: string) => `cloze-sweep:${name}:${what}`;
  const [terms, state, arrived, follower] = [key('terms'), key('state'), key('arrived'), key('follower')];
  const uploadOf = async (run: string) => {
    const upload = await client.hget(state, run);
    return upload === null || upload === recorded ? undefined : upload;
  };
  const forget = async (run: string, mark: (to: ReturnType<Redis['multi']>) => void) => {
    const upload = await uploadOf(run);
    const all = client.multi().lrem(arrived, 0, run);
    if (upload !== undefined) all.del(upload);
    mark(all);
    await all.exec();
  };
  return {
    terms: async () => {
      const text = await client.get(terms);
      return text === null ? undefined : termsOf(text, name, isShared);
    },
    putTerms: async (told) => {
      await client.set(terms, JSON.stringify(told));
    },
    newUpload: (run) => key(`upload:${run}:${randomUUID()}`),
    putPart: async (upload, index, part) => {
      await client.hset(upload, `${index}`, Buffer.from(part));
      if (index === 0) await client.expire(upload, abandoned);
    },
    commit: async (sweep, run, upload, parts) => {
      const end = await client.eval(commitScript, 4, terms, state, arrived, upload, sweep, run, parts);
      if (!isEnd(end)) throw new QueueError(`sweep '${name}': a commit ended with '${end}'.`);
      return end;
    },
    isCommitted: async (run) => (await client.hexists(state, run)) === 1,
    arrived: (most) => client.lrange(arrived, 0, most - 1),
    async *parts(run) {
      const upload = await uploadOf(run);
      if (upload === undefined) return;
      const count = await client.hlen(upload);
      for (let i = 0; i < count; i++) {
        const part = await client.hgetBuffer(upload, `${i}`);
        if (!part) throw new QueueError(`part ${i} of ${count} of a record is gone.`);
        yield part;
      }
    },
    keep: (run) => forget(run, (all) => all.hset(state, run, recorded)),
    drop: (run) => forget(run, (all) => all.hdel(state, run)),
    reopen: async (runs) => {
      for (let from = 0; from < runs.length; from += 1000) {
        const some = runs.slice(from, from + 1000);
        const told = await client.hmget(state, ...some); // at most 1,000
        const gone = some.filter((_run, i) => told[i] === recorded);
        if (gone.length > 0) await client.hdel(state, ...gone); // at most 1,000
      }
    },
    follow: async (own, milliseconds) => {
      const other = await client.eval(followScript, 1, follower, own, milliseconds);
      return typeof other === 'string' && other !== '' ? other : undefined;
    },
    unfollow: async (own) => {
      await client.eval(unfollowScript, 1, follower, own);
    },
    cancel: async (told) => {
      await client.set(terms, JSON.stringify({ ...told, cancelled: true }), 'EX', 86_400);
      const uploads = (await client.hvals(state)).filter((upload) => upload !== recorded);
      for (let from = 0; from < uploads.length; from += 1000) await client.del(...uploads.slice(from, from + 1000)); // at most 1,000
      await client.del(state, arrived);
    },
  };
}
