import { type JobsOptions, Queue } from 'bullmq';
import { specHash } from '../record/canonical-json.ts';
import type { QueueClient } from './queue-client.ts';
import { redisOf } from './redis-of.ts';

/** A run of a sweep, as it lies in the queue. */
export interface SweepTask {
  readonly sweep: string;
  readonly spec: unknown;
}

/** Before the keys of all queues of ours. */
export const queuePrefix = 'cloze';

/** BullMQ counts priorities to here, 1 the first. */
const lastPriority = 2 ** 21 - 1;

/** Runs of a sweep that ended with a reason. */
export interface FailedRun<Spec> {
  /** The run's hash. */
  readonly run: string;
  /** Undefined for what is no run of this program's. */
  readonly spec: Spec | undefined;
  readonly reason: string;
}

/** How many runs stand where. */
export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
  readonly failed: number;
}

/** The queue of a sweep: BullMQ's, with a run's hash as its job's name, so that no run stands in it twice. */
export interface SweepQueue<Spec> {
  /** Adds runs that do not stand there, in the order in which they are to be taken. */
  add(sweep: string, specs: readonly Spec[]): Promise<void>;
  counts(): Promise<QueueCounts>;
  failed(): Promise<FailedRun<Spec>[]>;
  /** Puts runs that failed back. @returns how many */
  retry(): Promise<number>;
  /** Takes a run out that nobody works on. @returns whether it was there and is gone */
  leaveOut(spec: Spec): Promise<boolean>;
  workers(): Promise<number>;
  /** Removes all that stands there, runs that are being worked on too. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the queue of a sweep's name. @param client of `connectQueue` @param isSpec whether what stands in a queue is what this program's runs are told */
export function sweepQueue<Spec>(
  client: QueueClient,
  name: string,
  isSpec: (spec: unknown) => spec is Spec,
): SweepQueue<Spec> {
  const queue = new Queue<SweepTask>(name, { connection: redisOf(client), prefix: queuePrefix });
  // What cannot be sent now is sent when the server is back; the connection says when that is.
  queue.on('error', () => {});
  const options: JobsOptions = { removeOnComplete: true, removeOnFail: false, attempts: 1, stackTraceLimit: 1 };
  return {
    add: async (sweep, specs) => {
      for (let from = 0; from < specs.length; from += 500)
        await queue.addBulk(
          specs.slice(from, from + 500).map((spec, i) => ({
            name: 'run',
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
      return jobs.map(({ id = '', data, failedReason = '' }) => {
        const { spec } = data;
        return { run: id, spec: isSpec(spec) ? spec : undefined, reason: failedReason };
      });
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
