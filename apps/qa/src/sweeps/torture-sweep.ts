import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RandomStream } from '@cloze/random';
import { type BenchProcess, startBench } from './bench-process.ts';
import { compareRuns, runsBelow } from './compare-runs.ts';
import { fullDisk } from './full-disk.ts';
import { makeNetwork } from './network.ts';
import { type OwnRedis, ownRedis } from './own-redis.ts';

/** What came out. */
export interface SweepTorture {
  readonly runs: number;
  readonly workers: number;
  /** Workers ended by SIGKILL. */
  readonly kills: number;
  /** Workers told to stop, which give their runs back. */
  readonly stops: number;
  /** Workers frozen until their run went to another, and woken. */
  readonly frozen: number;
  /** Cables pulled until a worker's run went to another, and plugged in. */
  readonly cuts: number;
  /** Servers ended by SIGKILL, and started again. */
  readonly serverKills: number;
  /** Followers ended by SIGKILL, and started again. */
  readonly followerKills: number;
  /** Workers and followers that were begun while the server was away, left with a sentence that says so, and were begun again. */
  readonly refused: number;
  readonly begun: number;
  /** Runs that came a second time, and were not kept. */
  readonly twice: number;
  readonly recorded: number;
  readonly identical: number;
  /** Seconds a run beside its own process, of one worker left in peace, and that over a run of a minute. */
  readonly besides: number;
  readonly shareOfAMinute: number;
  readonly networks: boolean;
  readonly disk: string;
  readonly problems: readonly string[];
}

interface TortureSweepOptions {
  readonly workers: number;
  readonly kills: number;
  /** Seeds of each of two arms. */
  readonly seeds: number;
  readonly folder: string;
  readonly random: RandomStream;
  readonly watch: (kills: number, note: string) => void;
  readonly say: (line: string) => void;
}

const heartbeat = 3;
const password = 'of-the-torture';
const env = { CLOZE_QUEUE_PASSWORD: password };
const plan = (seeds: number, out: string) => [
  ...['sweep', 'drop-token', '--size', 'tiny', '--seeds', `${seeds}`, '--out', out],
  ...['--arm', 'tnews.drop-0.00', '--arm', 'tnews.drop-0.50', '--set', 'tune.train.steps=40,60'],
];

/** What one says that finds no server when it begins: whoever started it starts it again. */
const foundNoServer = /nothing listens at|did not answer within|closed the connection|is loading|cannot be reached/i;

/** Seconds between the first run that a worker begins and the last that it has sent, less those of the runs' own processes, a run. */
function besidesOf({ told }: BenchProcess): number {
  const sent = told.filter(({ kind }) => kind === 'sent');
  const began = told.find(({ kind }) => kind === 'begun')?.at ?? 0;
  const own = sent.reduce((sum, { seconds = 0 }) => sum + seconds, 0);
  return ((sent.at(-1)?.at ?? 0) - began - own) / sent.length;
}

/** A sweep on one machine and the same on several workers, which are killed, frozen and cut off, as are server and follower: all must be recorded once, and the same. */
export async function tortureSweep(options: TortureSweepOptions): Promise<SweepTorture> {
  const { workers, kills, seeds, folder, random, watch, say } = options;
  const problems: string[] = [];
  const peaceful = join(folder, 'peaceful');
  const reference = startBench([...plan(seeds, peaceful), '--jobs', '2', '--threads', '1']);
  if ((await reference.ended) !== 0) throw new Error(`the sweep in peace failed: ${reference.said().slice(-1000)}`);
  const runs = runsBelow(peaceful).length;

  const network = makeNetwork(workers, say);
  const every: BenchProcess[] = [];
  const keep = (one: BenchProcess) => {
    every.push(one);
    return one;
  };
  // However it ends, nothing of it stays.
  const clear = () => {
    for (const one of every) if (one.isRunning()) one.signal('SIGKILL');
    redis?.end();
    network?.remove();
  };
  let redis: OwnRedis | undefined;
  process.once('exit', clear);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const host = network?.address ?? '127.0.0.1';
  const words = ['--requirepass', password];
  const server = await ownRedis(join(folder, 'redis'), { words, host });
  redis = server;
  const queue = ['--queue', `redis://${host}:${server.port}`];
  const startWorker = (i: number, more: readonly string[] = []) =>
    startBench(['worker', ...queue, '--jobs', '1', '--threads', '1', '--work', join(folder, `work-${i}`), ...more], {
      before: network?.on(i) ?? [],
      env,
    });

  // In peace first: what the queue costs.
  const quiet = join(folder, 'quiet');
  const alone = keep(startWorker(0, ['--name', 'quiet']));
  const follows = keep(
    startBench([...plan(2, quiet), ...queue, '--name', 'quiet', '--heartbeat', `${heartbeat}`], { env }),
  );
  if ((await follows.ended) !== 0) problems.push(`the quiet sweep failed: ${follows.said().slice(-500)}`);
  alone.signal('SIGTERM');
  await alone.ended;
  const besides = besidesOf(alone);

  const out = join(folder, 'out');
  const follow = () => keep(startBench([...plan(seeds, out), ...queue, '--heartbeat', `${heartbeat}`], { env }));
  let follower = follow();
  const followers = [follower];
  const crew = Array.from({ length: workers }, (_, i) => keep(startWorker(i)));
  const tally = { kills: 0, stops: 0, frozen: 0, cuts: 0, serverKills: 0, followerKills: 0, refused: 0 };
  const busy = new Set<number>();
  const between = async (least: number, most: number) => pause(1000 * (least + random.next() * (most - least)));
  const recordedNow = () => {
    try {
      return runsBelow(out).length;
    } catch {
      return 0;
    }
  };

  /** Does something to a worker that nothing is done to, and lets it be a worker again. */
  const strike = async (i: number) => {
    const one = crew[i] as BenchProcess;
    const word = random.next();
    busy.add(i);
    if (word < 0.12 && network) {
      tally.cuts++;
      network.cable(i, false);
      await between(heartbeat, 3 * heartbeat);
      network.cable(i, true);
    } else if (word < 0.3) {
      tally.frozen++;
      one.signal('SIGSTOP');
      await between(heartbeat, 3 * heartbeat);
      one.signal('SIGCONT');
    } else {
      const isKill = word < 0.9;
      if (isKill) tally.kills++;
      else tally.stops++;
      one.signal(isKill ? 'SIGKILL' : 'SIGTERM');
      await one.ended;
      await between(0, 1);
      crew[i] = keep(startWorker(i));
    }
    busy.delete(i);
  };
  const isRefused = (one: BenchProcess) => !one.isRunning() && foundNoServer.test(one.said());
  /** Begins again what found no server. */
  const beginAgain = () => {
    if (isRefused(follower)) {
      tally.refused++;
      follower = follow();
      followers.push(follower);
    }
    for (const [i, one] of crew.entries()) {
      if (busy.has(i) || !isRefused(one)) continue;
      tally.refused++;
      crew[i] = keep(startWorker(i));
    }
  };
  const strikes: Promise<void>[] = [];
  while (tally.kills < kills && (follower.isRunning() || isRefused(follower))) {
    beginAgain();
    // Each begins some runs; those that are killed at once would only ever begin.
    await between(0.3, 20 / workers);
    watch(tally.kills, `${recordedNow()} of ${runs} runs recorded`);
    const word = random.next();
    if (word < 0.06) {
      tally.serverKills++;
      await server.kill();
      await between(0, 2 * heartbeat);
      await server.start();
    } else if (word < 0.12) {
      tally.followerKills++;
      follower.signal('SIGKILL');
      await follower.ended;
      follower = follow();
      followers.push(follower);
    } else {
      const free = crew.map((_one, i) => i).filter((i) => !busy.has(i));
      const chosen = free[Math.floor(random.next() * free.length)];
      if (chosen !== undefined) strikes.push(strike(chosen));
    }
  }
  await Promise.all(strikes);
  while (follower.isRunning() || isRefused(follower)) {
    beginAgain();
    await Promise.race([follower.ended, pause(500)]);
  }
  const code = await follower.ended;
  if (code !== 0) problems.push(`the follower ended with ${code}: ${follower.said().slice(-500)}`);
  for (const one of crew) one.signal('SIGTERM');
  const codes = await Promise.all(crew.map(({ ended }) => ended));
  // One that was told before it listened has nothing to give back.
  for (const [i, one] of crew.entries())
    if (codes[i] !== 0 && !(codes[i] === 'SIGTERM' && one.told.length === 0))
      problems.push(`worker ${i} ended with ${codes[i]}: ${one.said().slice(-500)}`);

  const differing = compareRuns(peaceful, out);
  for (const problem of differing) problems.push(problem);
  const finished = followers.flatMap(({ told }) =>
    told.filter(({ kind }) => kind === 'finished').map(({ run }) => run),
  );
  for (const run of new Set(finished))
    if (finished.filter((other) => other === run).length > 1) problems.push(`${run} was recorded twice`);
  const checked = startBench(['verify', out]);
  if ((await checked.ended) !== 0) problems.push(`verify found faults: ${checked.said().slice(-500)}`);
  if (readdirSync(out).some((name) => name.startsWith('.'))) problems.push('something was left that arrived by halves');
  for (const one of every) if (one.said().includes(password)) problems.push('a password was said');

  const start = (line: readonly string[]) => keep(startBench(line, { env }));
  const disk = await fullDisk({ folder: join(folder, 'disk'), queue, start, plan, peaceful, problems });
  await server.stop();
  clear();
  const all = every.flatMap(({ told }) => told);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'said.txt'), every.map((one) => one.said()).join('\n'));
  if (problems.length === 0) rmSync(folder, { recursive: true, force: true });
  return {
    runs,
    workers,
    ...tally,
    begun: all.filter(({ kind }) => kind === 'begun').length,
    twice: all.filter(({ as }) => as === 'already').length,
    recorded: runs - differing.filter((text) => /missing|not finished/.test(text)).length,
    identical: runs - differing.length,
    besides,
    shareOfAMinute: besides / 60,
    networks: network !== undefined,
    disk,
    problems,
  };
}
