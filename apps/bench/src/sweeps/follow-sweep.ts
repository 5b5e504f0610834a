import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { nodeFiles } from '@cloze/trainer/node';
import type { PlannedRun } from '../runs/run-queue.ts';
import { isFinished, type RunRecord, readRecord } from '../runs/run-record.ts';
import { specHash } from '../runs/run-spec.ts';
import { QueueError } from './connect-queue.ts';
import { RecordError, writeRecordParts } from './record-parts.ts';
import type { QueueCounts, SweepQueue } from './sweep-queue.ts';
import type { SweepStore } from './sweep-store.ts';
import type { SweepTerms } from './sweep-terms.ts';

/** What a follower tells of. */
export type FollowEvent =
  | { readonly kind: 'recorded'; readonly run: PlannedRun; readonly record: RunRecord; readonly bytes: number }
  | { readonly kind: 'failed'; readonly run: PlannedRun; readonly reason: string }
  | { readonly kind: 'refused'; readonly run: PlannedRun; readonly reason: string }
  | { readonly kind: 'looked'; readonly counts: QueueCounts; readonly open: number };

/** How a sweep that was followed stands. */
export interface FollowOutcome {
  readonly failed: ReadonlyMap<PlannedRun, string>;
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
 * @returns the bytes that came; undefined where the run was recorded before, or no record is there any more
 * @throws {RecordError} for what is no record of it; {Error} where the folder is in use, or the disk takes no more
 */
async function receive(store: SweepStore, root: string, { spec, folder }: PlannedRun): Promise<number | undefined> {
  if (isFinished(folder, spec)) return undefined;
  const id = specHash(spec);
  const arriving = join(root, '.arriving', id);
  try {
    const bytes = await writeRecordParts(arriving, spec, store.parts(id));
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

/**
 * Follows a sweep until each of its runs is recorded or has failed: fetches records, puts back into the queue what was lost with a server that kept
 * nothing, and says how far it is. Only its own disk says what is done, so a run is recorded once whatever dies.
 *
 * @param runs those that are open, in the order in which they are to be taken @param leaveOut asked again after each record
 * @throws {QueueError} where the sweep was cancelled, or another follows it
 */
export async function followSweep({
  store,
  queue,
  terms,
  root,
  runs,
  leaveOut,
  signal,
  watch,
}: {
  readonly store: SweepStore;
  readonly queue: SweepQueue;
  readonly terms: SweepTerms;
  readonly root: string;
  readonly runs: readonly PlannedRun[];
  readonly leaveOut: (run: PlannedRun) => boolean;
  readonly signal: AbortSignal;
  readonly watch: (event: FollowEvent) => void;
}): Promise<FollowOutcome> {
  const open = new Map(runs.map((run) => [specHash(run.spec), run]));
  const failed = new Map<PlannedRun, string>();
  const own = ownName();
  const refusals = new Map<string, number>();
  rmSync(join(root, '.arriving'), { recursive: true, force: true });

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
      const bytes = await receive(store, root, run);
      await store.keep(id);
      open.delete(id);
      failed.delete(run);
      watch({ kind: 'recorded', run, record: readRecord(run.folder), bytes: bytes ?? 0 });
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
    rmSync(join(root, '.arriving'), { recursive: true, force: true });
    await store.unfollow(own);
  }
  return { failed, interrupted: signal.aborted };
}
