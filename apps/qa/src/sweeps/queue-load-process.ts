import { randomBytes } from 'node:crypto';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';

/** Some of the workers of a load test: as `bench worker`, each with connections, heartbeat and record of its own, and no work between. */
const [port = 0, count = 0, recordBytes = 0] = process.argv.slice(2).map(Number);
const part = randomBytes(recordBytes);
const workers = Array.from({ length: count }, () => {
  const connection = new Redis({ port, maxRetriesPerRequest: null });
  const worker = new Worker(
    'load',
    async ({ id = '' }) => {
      // What `bench worker` asks for each run: whether it is recorded, its record's parts, their commit.
      await connection.hexists('load:state', id);
      const upload = `load:upload:${id}`;
      await connection.hset(upload, '0', part);
      await connection.expire(upload, 3600);
      await connection.multi().hset('load:state', id, upload).persist(upload).rpush('load:arrived', upload).exec();
      return 'kept';
    },
    { connection, prefix: 'cloze', autorun: false, lockDuration: 30_000, stalledInterval: 30_000, drainDelay: 2 },
  );
  worker.on('error', () => {});
  return worker;
});
await Promise.all(workers.map((worker) => worker.waitUntilReady()));
process.once('message', () => {
  for (const worker of workers) worker.run().catch(() => {});
});
process.send?.('ready');
