import { type JobsOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { specSchema } from '../runs/record-schema.ts';
import { type RunSpec, specHash } from '../runs/run-spec.ts';

/** What a worker is given. */
export const taskSchema = z.object({ sweep: z.string(), spec: specSchema });
/** A run of a sweep, as it lies in the queue. */
export interface SweepTask {
  readonly sweep: string;
  readonly spec: RunSpec;
}

/** Before the keys of all queues of ours. */
export const queuePrefix = 'cloze';

/** BullMQ counts priorities to here, 1 the first. */
const lastPriority = 2 ** 21 - 1;

/** Runs of a sweep that ended with a reason. */
export interface FailedRun {
  readonly run: string;
  readonly spec: RunSpec;
  readonly reason: string;
}

/** How many runs stand where. */
export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
  readonly failed: number;
}

/** The queue of a sweep: BullMQ's, with a run's hash as its job's name, so that no run stands in it twice. */
export interface SweepQueue {
  /** Adds runs that do not stand there, in the order in which they are to be taken. */
  add(sweep: string, specs: readonly RunSpec[]): Promise<void>;
  counts(): Promise<QueueCounts>;
  failed(): Promise<FailedRun[]>;
  /** Puts runs that failed back. @returns how many */
  retry(): Promise<number>;
  /** Takes a run out that nobody works on. @returns whether it was there and is gone */
  leaveOut(spec: RunSpec): Promise<boolean>;
  workers(): Promise<number>;
  /** Removes all that stands there, runs that are being worked on too. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the queue of a sweep's name. */
export function sweepQueue(client: Redis, name: string): SweepQueue {
  const queue = new Queue<SweepTask>(name, { connection: client, prefix: queuePrefix });
  // What cannot be sent now is sent when the server is back; the connection says when that is.
  queue.on('error', () => {});
  const options: JobsOptions = { removeOnComplete: true, removeOnFail: false, attempts: 1, stackTraceLimit: 1 };
  return {
    add: async (sweep, specs) => {
      for (let from = 0; from < specs.length; from += 500)
        await queue.addBulk(
          specs.slice(from, from + 500).map((spec, i) => ({
            name: spec.recipe,
            data: { sweep, spec },
            opts: { ...options, jobId: specHash(spec), priority: Math.min(from + i + 1, lastPriority) },
          })),
        );
    },
    counts: async () => {
      const { waiting = 0, prioritized = 0, delayed = 0, active = 0, failed = 0 } = await queue.getJobCounts();
      return { waiting: waiting + prioritized + delayed, active, failed };
    },
    failed: async () => {
      const jobs = await queue.getFailed(0, -1);
      return jobs.map(({ id = '', data, failedReason = '' }) => ({ run: id, spec: data.spec, reason: failedReason }));
    },
    retry: async () => {
      const { failed = 0 } = await queue.getJobCounts('failed');
      await queue.retryJobs({ state: 'failed' });
      return failed;
    },
    leaveOut: async (spec) => (await queue.remove(specHash(spec))) === 1,
    workers: () => queue.getWorkersCount(),
    clear: async () => {
      await queue.pause();
      await queue.obliterate({ force: true });
    },
    close: () => queue.close(),
  };
}
