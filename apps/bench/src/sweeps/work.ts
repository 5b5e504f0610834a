import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { nodeFiles } from '@cloze/trainer/node';
import { DelayedError, type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import { errorSentence } from 'cloze/terminal';
import type { Redis } from 'ioredis';
import { takeLease } from '../runs/folder-queue.ts';
import { type ChildEnd, codeOf, runInChild } from '../runs/run-in-child.ts';
import { isFinished } from '../runs/run-record.ts';
import { type RunSpec, specHash } from '../runs/run-spec.ts';
import { QueueError } from './connect-queue.ts';
import { recordParts } from './record-parts.ts';
import { queuePrefix, type SweepTask, sweepQueue, taskSchema } from './sweep-queue.ts';
import { type CommitEnd, sweepStore } from './sweep-store.ts';
import { cannotWork, type Inputs, type SweepTerms } from './sweep-terms.ts';

/** How a run that a worker took ended, or that it begins. */
export interface WorkEvent {
  readonly spec: RunSpec;
  readonly end:
    | ChildEnd
    | { readonly kind: 'begun' | 'given back' }
    | { readonly kind: 'sent'; readonly as: CommitEnd };
  /** In the run's own process. */
  readonly seconds: number;
  /** Around it: looking, sending. */
  readonly besides: number;
}

/** What a worker is told. */
export interface WorkOptions {
  readonly client: Redis;
  readonly name: string;
  /** The server, for people. */
  readonly shown: string;
  readonly inputs: Inputs;
  /** Runs side by side. */
  readonly jobs: number;
  readonly threads: number;
  /** Where runs lie until their record is sent. */
  readonly folder: string;
  /** Bytes that a run may hold. */
  readonly memory?: number | undefined;
  /** Leaves when nothing is left to do. */
  readonly untilDone: boolean;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly watch: (event: WorkEvent) => void;
  /** Runs one; the default starts a child. */
  readonly run?: typeof runInChild;
}

/** Times that a run's worker may be lost before the run has failed: what kills every machine that takes it must end. */
const mostLosses = 20;

/** What a server answers that has no room, or is not ready: it may be asked again. */
const isPassing = (error: unknown) =>
  error instanceof Error &&
  /^(OOM|MISCONF|LOADING|READONLY|BUSY|NOREPLICAS|CLUSTERDOWN|MASTERDOWN)\b/.test(error.message);

/** A full disk here: another machine may have room. */
const isOfDisk = (code: string | undefined) => code === 'ENOSPC' || code === 'EDQUOT' || code === 'EROFS';

/**
 * Takes runs of a sweep until told to stop: each in a process of its own, its heartbeat kept by BullMQ's lock, its record sent whole or not at all. A run
 * that was begun and not sent, by this worker or one of before in the same folder, goes on from its checkpoints.
 *
 * @throws {QueueError} where this machine cannot do the sweep's runs as others do: other code, data or encoder, named with their hashes
 */
export async function work(options: WorkOptions): Promise<void> {
  const { client, name, shown, inputs, jobs, threads, folder, memory, untilDone, signal, say, watch } = options;
  const { run: runOne = runInChild } = options;
  const store = sweepStore(client, name);
  const queue = sweepQueue(client, name);
  const where = `sweep '${name}' at ${shown}`;

  /** Waits for a sweep to be there that this machine can work on. */
  const nextTerms = async (): Promise<SweepTerms | undefined> => {
    for (let told = false; !signal.aborted; told = true) {
      const terms = await store.terms();
      if (terms && !terms.cancelled) {
        const problem = await cannotWork(terms, inputs);
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

  /** Again and again while the server has no room. */
  const withRoom = async <T>(ask: () => Promise<T>): Promise<T> => {
    for (let told = false; ; told = true) {
      try {
        return await ask();
      } catch (error) {
        if (!isPassing(error) || stop.signal.aborted) throw error;
        if (!told) say(`${shown} takes nothing now (${errorSentence(error)}); trying again.`);
        await pause(1000, undefined, { signal: stop.signal }).catch(() => {});
      }
    }
  };

  const send = async (sweep: string, run: string, from: string): Promise<CommitEnd> => {
    for (let tries = 1; ; tries++) {
      const upload = store.newUpload(run);
      let parts = 0;
      for (const part of recordParts(from)) {
        const index = parts++;
        await withRoom(() => store.putPart(upload, index, part));
      }
      const as = await withRoom(() => store.commit(sweep, run, upload, parts));
      // A server that lost some of it, for it kept nothing over a restart.
      if (as !== 'incomplete' || tries === 5) return as;
    }
  };

  const giveBack = async (job: Job<SweepTask>, token: string | undefined, milliseconds: number): Promise<never> => {
    if (milliseconds > 0) {
      await job.moveToDelayed(Date.now() + milliseconds, token);
      throw new DelayedError();
    }
    await job.moveToWait(token);
    throw new WaitingError();
  };

  /** A task that a worker may do. @throws {UnrecoverableError} for another */
  const taskOf = (job: Job<SweepTask>): SweepTask => {
    const { success, data, error } = taskSchema.safeParse(job.data);
    if (!success) throw new UnrecoverableError(`what stands in the queue is no run: ${error.message}`);
    if (specHash(data.spec) !== job.id) throw new UnrecoverableError('the run is not the one that its name says');
    return data;
  };

  const doJob = async (job: Job<SweepTask>, token: string | undefined): Promise<string> => {
    const began = performance.now();
    const { sweep, spec } = taskOf(job);
    if (sweep !== terms.id) return giveBack(job, token, 1000);
    const run = job.id as string;
    if (await store.isCommitted(run)) return 'recorded before';
    const own = join(folder, `${terms.code.slice(0, 8)}-${run.slice(0, 24)}`);
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
      const place = { folder: own, data: inputs.data, encoder: inputs.encoder, threads };
      const halt = AbortSignal.any([stop.signal, cancelOf(sweep).signal]);
      const started = performance.now();
      const ended: ChildEnd = isFinished(own, spec)
        ? { kind: 'finished' }
        : await runOne({ spec, place }, halt, memory);
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
    connection: client,
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
