import { fork } from 'node:child_process';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { ownRedis } from './own-redis.ts';

/** What so many runs and workers did to a queue. */
export interface QueueLoad {
  readonly runs: number;
  readonly workers: number;
  /** Runs put into the queue in a second. */
  readonly addedPerSecond: number;
  /** Bytes that the server holds with all runs waiting. */
  readonly bytesWaiting: number;
  /** Runs taken, sent back and ended in a second, all workers together, each run without any work. */
  readonly donePerSecond: number;
  /** Share of one core that the server took meanwhile. */
  readonly serverCore: number;
  /** Milliseconds of the server's processor a run. */
  readonly serverMillisecondsPerRun: number;
  readonly peakBytes: number;
  readonly connections: number;
  /** Bytes of the server's log at the end. */
  readonly logBytes: number;
  readonly seconds: number;
}

const secondsOf = async (client: Redis) => {
  const info = await client.info('cpu');
  const of = (name: string) => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1]);
  return of('used_cpu_user') + of('used_cpu_sys');
};
const figure = async (client: Redis, section: string, name: string) =>
  Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(await client.info(section))?.[1]);

/** The specification of a run of about the size that recipes have. */
const task = (i: number) => ({
  sweep: 'load',
  spec: {
    ...{ recipe: 'drop-token', arm: `tnews.drop-${i % 10}`, row: 'DropToken', seed: i, size: 'laptop', data: 'folder' },
    settings: { rate: 0.1, task: 'tnews', tune: { padding: 'x'.repeat(600) } },
  },
});

/**
 * Fills a real Redis with runs and has workers, each with connections of its own as `bench worker` has, take them all and send a record of some size back for each.
 *
 * @param processes that the workers are spread over @param recordBytes of a record, which the follower's side fetches and removes
 */
export async function queueLoad({
  folder,
  runs,
  workers,
  processes,
  recordBytes,
}: {
  readonly folder: string;
  readonly runs: number;
  readonly workers: number;
  readonly processes: number;
  readonly recordBytes: number;
}): Promise<QueueLoad> {
  const began = performance.now();
  const redis = await ownRedis(folder, { words: ['--maxclients', `${4 * workers + 1000}`] });
  const client = new Redis({ port: redis.port, maxRetriesPerRequest: null });
  const queue = new Queue('load', { connection: client, prefix: 'cloze' });
  const children: ReturnType<typeof fork>[] = [];
  try {
    const adding = performance.now();
    for (let from = 0; from < runs; from += 500)
      await queue.addBulk(
        Array.from({ length: Math.min(500, runs - from) }, (_, k) => ({
          name: 'drop-token',
          data: task(from + k),
          opts: { jobId: `run-${from + k}`, priority: Math.min(from + k + 1, 2 ** 21 - 1), removeOnComplete: true },
        })),
      );
    const addedPerSecond = runs / ((performance.now() - adding) / 1000);
    const bytesWaiting = await figure(client, 'memory', 'used_memory');
    const here = join(import.meta.dirname, `queue-load-process.${import.meta.filename.split('.').at(-1)}`);
    const each = Math.ceil(workers / processes);
    const counts = Array.from({ length: processes }, (_, i) => Math.max(0, Math.min(each, workers - i * each)));
    for (const count of counts) {
      const child = fork(here, [`${redis.port}`, `${count}`, `${recordBytes}`]);
      children.push(child);
      await new Promise((ready) => child.once('message', ready));
    }
    const [cpu, start] = [await secondsOf(client), performance.now()];
    for (const child of children) child.send('begin');
    let [peakBytes, connections, done] = [bytesWaiting, 0, 0];
    while (done < runs) {
      // As a follower: what has come is fetched, kept and removed.
      const arrived = await client.lrange('load:arrived', 0, 99);
      for (const key of arrived) await client.hgetBuffer(key, '0');
      if (arrived.length > 0) {
        await client.multi().del(arrived).ltrim('load:arrived', arrived.length, -1).exec();
        done += arrived.length;
      } else await new Promise((later) => setTimeout(later, 50));
      if (Math.floor(done / 2000) === Math.floor((done - arrived.length) / 2000)) continue;
      peakBytes = Math.max(peakBytes, await figure(client, 'memory', 'used_memory'));
      connections = Math.max(connections, await figure(client, 'clients', 'connected_clients'));
    }
    const seconds = (performance.now() - start) / 1000;
    const used = (await secondsOf(client)) - cpu;
    return {
      runs,
      workers,
      addedPerSecond,
      bytesWaiting,
      donePerSecond: runs / seconds,
      serverCore: used / seconds,
      serverMillisecondsPerRun: (1000 * used) / runs,
      peakBytes,
      connections,
      logBytes: await figure(client, 'persistence', 'aof_current_size'),
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await queue.close();
    client.disconnect();
    await redis.stop();
  }
}
