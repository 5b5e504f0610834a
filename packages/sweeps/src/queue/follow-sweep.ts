import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { anything, callable, checkOptions, listOf, needed, real, text, unchecked } from '@cloze/checks';
import { nodeFiles } from '@cloze/trainer/node';
import type { PlannedRun } from '../here/planned-run.ts';
import { specHash } from '../record/canonical-json.ts';
import { arrivingFolder } from '../record/record-files.ts';
import { writeRecordParts } from '../record/record-parts.ts';
import { RecordError } from '../record/sealed-manifest.ts';
import { QueueError } from './connect-queue.ts';
import type { QueueClient } from './queue-client.ts';
import { type QueueCounts, type SweepQueue, sweepQueue } from './sweep-queue.ts';
import { type SweepStore, sweepStore } from './sweep-store.ts';
import { newTerms, type SweepTerms } from './sweep-terms.ts';

/** What a follower tells of. */
export type FollowEvent<Spec> =
  /** Runs of the plan have failed before, and wait for `retry`. */
  | { readonly kind: 'failed before'; readonly runs: number }
  /** Runs wait and nobody is there to do them. */
  | { readonly kind: 'no worker' }
  | { readonly kind: 'recorded'; readonly run: PlannedRun<Spec>; readonly bytes: number }
  | { readonly kind: 'failed'; readonly run: PlannedRun<Spec>; readonly reason: string }
  /** A record that came and is none: the run is done again, three times at most. */
  | { readonly kind: 'refused'; readonly run: PlannedRun<Spec>; readonly reason: string }
  | { readonly kind: 'looked'; readonly counts: QueueCounts; readonly open: number };

/** How a sweep that was followed stands. */
export interface FollowOutcome<Spec> {
  readonly failed: ReadonlyMap<PlannedRun<Spec>, string>;
  readonly interrupted: boolean;
}

/** A follower's name, for people and for others of its machine. */
const ownName = () => `process ${process.pid} on ${hostname()}`;

/** Whether a follower was a process of this machine, and is none any more. */
function isGone(name: string): boolean {
  const [, pid, host] = /^process (\d+) on (.*)$/.exec(name) ?? [];
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Times that a run's record may come damaged. */
const mostRefusals = 3;

/**
 * Writes a record that came where its run's belongs, whole or not at all: it is gathered beside, and its folder gets its name when all of it is on the disk.
 *
 * @returns the bytes that came
 * @throws {RecordError} for what is no record of it; {Error} where the folder is in use, or the disk takes no more
 */
async function receive<Spec, Shared>(
  store: SweepStore<Shared>,
  { spec, folder }: PlannedRun<Spec>,
  { root, recordHas = [] }: Pick<FollowOptions<Spec, Shared>, 'root' | 'recordHas'>,
): Promise<number> {
  const id = specHash(spec);
  const arriving = join(root, arrivingFolder, id);
  try {
    const bytes = await writeRecordParts(arriving, spec, store.parts(id), recordHas);
    mkdirSync(dirname(folder), { recursive: true });
    if (existsSync(folder)) {
      // What a run on this machine left unfinished gives way, unless somebody is at it.
      await (await nodeFiles().lock(folder))();
      rmSync(folder, { recursive: true });
    }
    renameSync(arriving, folder);
    await nodeFiles().flushFolder(dirname(folder));
    return bytes;
  } catch (error) {
    rmSync(arriving, { recursive: true, force: true });
    throw error;
  }
}

/** A sweep and what its follower does. */
export interface FollowOptions<Spec, Shared> {
  /** Of `connectQueue`. */
  readonly client: QueueClient;
  /** Of the sweep, where a server has several. */
  readonly name: string;
  /** The sweep for people, such as `sweep 'a' at redis://first:6379`. */
  readonly where: string;
  /** Runs that are open, in the order in which they are to be taken. */
  readonly runs: readonly PlannedRun<Spec>[];
  /** Where records are gathered, beside the runs' folders: on the same disk. */
  readonly root: string;
  /** Files that a record must have, such as `spec.json`; default none. */
  readonly recordHas?: readonly string[];
  /** Seconds after which the run of a worker that is not heard of goes to another. */
  readonly heartbeat: number;
  /** What all who work on the sweep must share. */
  readonly shared: Shared;
  readonly isShared: (shared: unknown) => shared is Shared;
  readonly isSpec: (spec: unknown) => spec is Spec;
  /** What of two sweeps differs, in words; undefined where a run is the same under both. */
  readonly differs: (own: Shared, there: Shared) => string | undefined;
  /** What a sweep shares that goes on with more runs, or others; default what was there. */
  readonly joined?: (there: Shared, own: Shared) => Shared;
  readonly isFinished: (run: PlannedRun<Spec>) => boolean;
  /** Whether a run is not to be done after all, asked again after each record; default false. */
  readonly leaveOut?: (run: PlannedRun<Spec>) => boolean;
  readonly signal: AbortSignal;
  readonly watch: (event: FollowEvent<Spec>) => void;
}

/** The sweep that a follower begins, or goes on with. @throws {QueueError} where one of the name is there that is another */
async function agreedTerms<Spec, Shared>(
  store: SweepStore<Shared>,
  queue: SweepQueue<Spec>,
  { shared, heartbeat, differs, joined = (there) => there, where }: FollowOptions<Spec, Shared>,
): Promise<SweepTerms<Shared>> {
  const there = await store.terms();
  const put = async (terms: SweepTerms<Shared>) => {
    await store.putTerms(terms);
    return terms;
  };
  if (!there || there.cancelled) return put(newTerms(shared, heartbeat));
  const problem = differs(shared, there.shared);
  if (problem === undefined) return put({ ...there, shared: joined(there.shared, shared), heartbeat });
  const { waiting, active } = await queue.counts();
  const isIdle = waiting + active === 0 && (await store.arrived(1)).length === 0;
  if (!isIdle) throw new QueueError(`${where}: ${problem}; or choose another --name, or end it by sweep cancel.`);
  // One that is done is nobody's.
  return put(newTerms(shared, heartbeat));
}

/**
 * Puts a sweep's open runs into a queue and follows them until each is recorded or has failed: fetches records, puts back what was lost with a server
 * that kept nothing, and tells how far it is. Only its own disk says what is done, so a run is recorded once whatever dies.
 *
 * @throws {QueueError} where the queue's sweep is another, is cancelled, or is followed by somebody; {Error} where a folder is in use, or the disk takes no more
 */
export async function followSweep<Spec, Shared>(options: FollowOptions<Spec, Shared>): Promise<FollowOutcome<Spec>> {
  checkOptions('followSweep', options, {
    ...{ client: needed(anything), name: needed(text), where: needed(text), runs: needed(listOf(anything)) },
    ...{ root: needed(text), recordHas: listOf(text), heartbeat: needed(real({ above: 0 })) },
    ...{ shared: needed(unchecked), isShared: needed(callable), isSpec: needed(callable), differs: needed(callable) },
    ...{ joined: callable, isFinished: needed(callable), leaveOut: callable, signal: needed(unchecked) },
    watch: needed(callable),
  });
  const { client, name, runs, isShared, isSpec, watch } = options;
  const store = sweepStore(client, name, isShared);
  const queue = sweepQueue(client, name, isSpec);
  try {
    const terms = await agreedTerms(store, queue, options);
    const ids = runs.map(({ spec }) => specHash(spec));
    await store.reopen(ids);
    const before = new Set((await queue.failed()).map(({ run }) => run));
    const again = ids.filter((id) => before.has(id)).length;
    if (again > 0) watch({ kind: 'failed before', runs: again });
    await queue.add(
      terms.id,
      runs.map(({ spec }) => spec),
    );
    if (runs.length > 0 && (await queue.workers()) === 0) watch({ kind: 'no worker' });
    return await fetchRecords(store, queue, terms, options);
  } finally {
    await queue.close();
  }
}

/** Fetches records until nothing is open. */
async function fetchRecords<Spec, Shared>(
  store: SweepStore<Shared>,
  queue: SweepQueue<Spec>,
  terms: SweepTerms<Shared>,
  options: FollowOptions<Spec, Shared>,
): Promise<FollowOutcome<Spec>> {
  const { root, runs, isFinished, leaveOut = () => false, signal, watch } = options;
  const open = new Map(runs.map((run) => [specHash(run.spec), run]));
  const failed = new Map<PlannedRun<Spec>, string>();
  const own = ownName();
  const refusals = new Map<string, number>();
  rmSync(join(root, arrivingFolder), { recursive: true, force: true });

  /** Others may fetch records only when this one is not heard of for a minute; one of this machine that is gone is known at once. */
  const beTheOne = async () => {
    let other = await store.follow(own, 60_000);
    if (other !== undefined && isGone(other)) {
      await store.unfollow(other);
      other = await store.follow(own, 60_000);
    }
    if (other !== undefined) throw new QueueError(`this sweep is followed by ${other} already.`);
  };

  const fetchOne = async (id: string) => {
    await beTheOne();
    const run = open.get(id);
    // Of a plan of before, or one that was left out while somebody did it: nobody asks for it.
    if (!run) return store.keep(id);
    try {
      const bytes = isFinished(run) ? 0 : await receive(store, run, options);
      await store.keep(id);
      open.delete(id);
      failed.delete(run);
      watch({ kind: 'recorded', run, bytes });
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      const times = (refusals.get(id) ?? 0) + 1;
      refusals.set(id, times);
      const reason = `its record is refused: ${error.message}`;
      await store.drop(id);
      watch({ kind: 'refused', run, reason });
      if (times >= mostRefusals) {
        failed.set(run, reason);
        watch({ kind: 'failed', run, reason });
      } else await queue.add(terms.id, [run.spec]);
    }
  };

  let failures = 0;
  const lookAtFailures = async (count: number) => {
    if (count === failures) return;
    failures = count;
    const told = new Map((await queue.failed()).map(({ run, reason }) => [run, reason]));
    // Put back by `sweep retry`.
    for (const run of failed.keys()) {
      const id = specHash(run.spec);
      if (!told.has(id) && (refusals.get(id) ?? 0) < mostRefusals) failed.delete(run);
    }
    for (const [id, reason] of told) {
      const run = open.get(id);
      if (!run || failed.has(run)) continue;
      failed.set(run, reason);
      watch({ kind: 'failed', run, reason });
    }
  };

  const leaveOutStopped = async () => {
    for (const [id, run] of open) {
      if (!leaveOut(run)) continue;
      // One that is being worked on comes to its end, and is kept.
      const { active } = await queue.counts();
      if ((await queue.leaveOut(run.spec)) || active === 0) open.delete(id);
    }
  };

  /** Everything is idle and something is open: the server lost it, or it was added by nobody. */
  const putBack = async () => {
    const lost = [...open.values()].filter((run) => !failed.has(run)).map(({ spec }) => spec);
    await queue.add(terms.id, lost);
  };

  let idle = 0;
  try {
    while (!signal.aborted) {
      await beTheOne();
      const now = await store.terms();
      if (now?.cancelled) throw new QueueError('the sweep was cancelled.');
      if (now && now.id !== terms.id) throw new QueueError('the sweep was replaced by another of its name.');
      // A server that kept nothing over a restart.
      if (!now) await store.putTerms(terms);
      const arrived = await store.arrived(32);
      for (const id of arrived) await fetchOne(id);
      if (arrived.length > 0) await leaveOutStopped();
      const counts = await queue.counts();
      await lookAtFailures(counts.failed);
      watch({ kind: 'looked', counts, open: open.size - failed.size });
      if (open.size === failed.size) break;
      idle = counts.waiting + counts.active + arrived.length === 0 ? idle + 1 : 0;
      if (idle >= 3) {
        await putBack();
        idle = 0;
      }
      if (arrived.length < 32) await pause(500, undefined, { signal }).catch(() => {});
    }
  } finally {
    rmSync(join(root, arrivingFolder), { recursive: true, force: true });
    await store.unfollow(own);
  }
  return { failed, interrupted: signal.aborted };
}
