import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { anything, callable, checkOptions, flag, needed, text, unchecked, whole } from '@cloze/checks';
import { nodeFiles } from '@cloze/trainer/node';
import { DelayedError, type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import { codeOf } from '../here/child-end.ts';
import { takeLease } from '../here/folder-queue.ts';
import type { DoRun, PlannedRun, RunEnd } from '../here/planned-run.ts';
import { specHash } from '../record/canonical-json.ts';
import { QueueError } from './connect-queue.ts';
import type { QueueClient } from './queue-client.ts';
import { redisOf } from './redis-of.ts';
import { sending } from './send-record.ts';
import { queuePrefix, type SweepTask, sweepQueue } from './sweep-queue.ts';
import { type CommitEnd, sweepStore } from './sweep-store.ts';
import type { SweepTerms } from './sweep-terms.ts';

/** How a run that a worker took ended, or that it begins. */
export interface WorkEvent<Spec> {
  readonly spec: Spec;
  readonly end: RunEnd | { readonly kind: 'begun' | 'given back' } | { readonly kind: 'sent'; readonly as: CommitEnd };
  /** In the run's own process. */
  readonly seconds: number;
  /** Around it: looking, sending. */
  readonly besides: number;
}

/** What a worker is told. */
export interface WorkOptions<Spec, Shared> {
  /** Of `connectQueue`. */
  readonly client: QueueClient;
  /** Of the sweep, where a server has several. */
  readonly name: string;
  /** The server, for people. */
  readonly shown: string;
  /** Runs side by side. */
  readonly jobs: number;
  /** Where runs lie until their record is sent. */
  readonly folder: string;
  /** Leaves when nothing is left to do. */
  readonly untilDone: boolean;
  readonly isSpec: (spec: unknown) => spec is Spec;
  readonly isShared: (shared: unknown) => shared is Shared;
  /** Why this machine cannot do a sweep's runs as others do, in words; undefined where it can. */
  readonly cannotWork: (shared: Shared) => Promise<string | undefined>;
  readonly isFinished: (run: PlannedRun<Spec>) => boolean;
  readonly run: DoRun<Spec>;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly watch: (event: WorkEvent<Spec>) => void;
}

/** Times that a run's worker may be lost before the run has failed: what kills every machine that takes it must end. */
const mostLosses = 20;

/** A full disk here: another machine may have room. */
const isOfDisk = (code: string | undefined) => code === 'ENOSPC' || code === 'EDQUOT' || code === 'EROFS';

/**
 * Takes runs of a sweep until told to stop: each in a process of its own, its heartbeat kept by BullMQ's lock, its record sent whole or not at all. A run
 * that was begun and not sent, by this worker or one of before in the same folder, goes on from its checkpoints.
 *
 * @throws {QueueError} where this machine cannot do the sweep's runs as others do: other code or other data, as `cannotWork` says
 */
export async function work<Spec, Shared>(options: WorkOptions<Spec, Shared>): Promise<void> {
  checkOptions('work', options, {
    ...{ client: needed(anything), name: needed(text), shown: needed(text), jobs: needed(whole(1)) },
    ...{ folder: needed(text), untilDone: needed(flag), isSpec: needed(callable), isShared: needed(callable) },
    ...{ cannotWork: needed(callable), isFinished: needed(callable), run: needed(callable) },
    ...{ signal: needed(unchecked), say: needed(callable), watch: needed(callable) },
  });
  const { client, name, shown, jobs, folder, untilDone, isSpec, isFinished, run: runOne, signal, say, watch } = options;
  const store = sweepStore(client, name, options.isShared);
  const queue = sweepQueue(client, name, isSpec);
  const where = `sweep '${name}' at ${shown}`;

  /** Waits for a sweep to be there that this machine can work on. */
  const nextTerms = async (): Promise<SweepTerms<Shared> | undefined> => {
    for (let told = false; !signal.aborted; told = true) {
      const terms = await store.terms();
      if (terms && !terms.cancelled) {
        const problem = await options.cannotWork(terms.shared);
        if (problem !== undefined) throw new QueueError(`${where}: ${problem}.`);
        return terms;
      }
      if (untilDone) return undefined;
      if (!told) say(`there is no ${where} yet; waiting for it.`);
      await pause(2000, undefined, { signal }).catch(() => {});
    }
    return undefined;
  };

  const first = await nextTerms();
  if (!first) {
    if (!signal.aborted) say(`there is no ${where}; nothing to do.`);
    return;
  }
  let terms = first;
  const stop = new AbortController();
  let stopped: unknown;
  const end = (reason?: unknown) => {
    stopped ??= reason;
    stop.abort();
  };
  signal.addEventListener('abort', () => end(), { once: true });
  const cancelled = new Map<string, AbortController>();
  const cancelOf = (sweep: string) => {
    const known = cancelled.get(sweep) ?? new AbortController();
    cancelled.set(sweep, known);
    return known;
  };

  const send = sending(store, { shown, signal: stop.signal, say });

  const giveBack = async (job: Job<SweepTask>, token: string | undefined, milliseconds: number): Promise<never> => {
    if (milliseconds > 0) {
      await job.moveToDelayed(Date.now() + milliseconds, token);
      throw new DelayedError();
    }
    await job.moveToWait(token);
    throw new WaitingError();
  };

  /** A run that a worker may do. @throws {UnrecoverableError} for another */
  const taskOf = ({ data: { sweep, spec }, id }: Job<SweepTask>) => {
    if (typeof sweep !== 'string' || !isSpec(spec)) throw new UnrecoverableError('what stands in the queue is no run');
    if (specHash(spec) !== id) throw new UnrecoverableError('the run is not the one that its name says');
    return { sweep, spec, id };
  };

  const doJob = async (job: Job<SweepTask>, token: string | undefined): Promise<string> => {
    const began = performance.now();
    const { sweep, spec, id: run } = taskOf(job);
    if (sweep !== terms.id) return giveBack(job, token, 1000);
    if (await store.isCommitted(run)) return 'recorded before';
    const own = join(folder, `${specHash(terms.shared).slice(0, 8)}-${run.slice(0, 24)}`);
    let release: () => Promise<void>;
    try {
      release = await takeLease(own);
      // The process of a worker that was killed may still be there, saving.
      await (await nodeFiles().lock(own))();
    } catch (error) {
      // In use is no fault; what the disk refuses is one of this machine.
      if (codeOf(error) !== undefined) end(error);
      return giveBack(job, token, 1000);
    }
    try {
      watch({ spec, end: { kind: 'begun' }, seconds: 0, besides: 0 });
      const halt = AbortSignal.any([stop.signal, cancelOf(sweep).signal]);
      const started = performance.now();
      const planned = { spec, folder: own };
      const ended: RunEnd = isFinished(planned) ? { kind: 'finished' } : await runOne(planned, halt);
      const seconds = (performance.now() - started) / 1000;
      const besides = () => (performance.now() - began) / 1000 - seconds;
      if (ended.kind === 'finished') {
        const as = await send(sweep, run, own);
        rmSync(own, { recursive: true, force: true });
        watch({ spec, end: { kind: 'sent', as }, seconds, besides: besides() });
        return as;
      }
      if (cancelOf(sweep).signal.aborted) {
        rmSync(own, { recursive: true, force: true });
        throw new UnrecoverableError('cancelled');
      }
      const full = ended.kind === 'failed' && isOfDisk(ended.code);
      if (full) end(new QueueError(ended.reason));
      watch({ spec, end: full ? { kind: 'given back' } : ended, seconds, besides: besides() });
      if (ended.kind === 'interrupted' || full) return await giveBack(job, token, 0);
      throw new UnrecoverableError(ended.reason);
    } finally {
      // Where its folder is gone, so is the lease.
      await release().catch(() => {});
    }
  };

  const milliseconds = 1000 * terms.heartbeat;
  const worker = new Worker<SweepTask, string>(name, doJob, {
    connection: redisOf(client),
    prefix: queuePrefix,
    concurrency: jobs,
    lockDuration: milliseconds,
    stalledInterval: milliseconds,
    maxStalledCount: mostLosses,
    runRetryDelay: 1000,
    // Leaving waits for as long.
    drainDelay: Math.min(2, terms.heartbeat),
    autorun: false,
  });
  // What another has by now, or what is gone with a cancelled sweep, cannot be moved: nothing is lost by that.
  worker.on('error', () => {});

  /** Looks whether the sweep is still the one that was begun, and whether anything is left. */
  const look = async () => {
    let idle = 0;
    while (!stop.signal.aborted) {
      await pause(Math.min(2000, milliseconds / 3), undefined, { signal: stop.signal }).catch(() => {});
      if (client.status !== 'ready') continue;
      const now = await store.terms();
      if (now && (now.cancelled || now.id !== terms.id)) {
        cancelOf(terms.id).abort();
        say(`${where} was ${now.cancelled ? 'cancelled' : 'replaced by another'}.`);
        const next = await nextTerms();
        if (!next) return end();
        terms = next;
      }
      const { waiting, active } = await queue.counts();
      idle = waiting + active === 0 ? idle + 1 : 0;
      if (untilDone && idle >= 2) return end();
    }
  };
  const looking = look().catch(end);
  const running = worker.run().catch(end);
  await new Promise<void>((done) => {
    if (stop.signal.aborted) done();
    else stop.signal.addEventListener('abort', () => done(), { once: true });
  });
  // Runs save and are given back; with a server that is gone they are not, and go to others when their heartbeat is missed.
  await Promise.race([worker.close(), pause(60_000, undefined, { ref: false })]);
  await Promise.race([Promise.all([looking, running, queue.close()]), pause(2000, undefined, { ref: false })]);
  if (stopped !== undefined) throw stopped;
}
