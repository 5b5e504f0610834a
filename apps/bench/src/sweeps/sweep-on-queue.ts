import type { Redis } from 'ioredis';
import type { PlannedRun } from '../runs/run-queue.ts';
import { specHash } from '../runs/run-spec.ts';
import { QueueError } from './connect-queue.ts';
import { followSweep } from './follow-sweep.ts';
import type { ArmsKept } from './hopeless-arms.ts';
import { sweepQueue } from './sweep-queue.ts';
import { type SweepStore, sweepStore } from './sweep-store.ts';
import { type Inputs, newTerms, type SweepTerms, termsDiffer } from './sweep-terms.ts';
import type { SweepTold } from './sweep-told.ts';

/** A queue's sweep that a command begins, or goes on with. @throws {QueueError} where one of the name is there that is another */
async function agreedTerms(
  store: SweepStore,
  isIdle: () => Promise<boolean>,
  own: SweepTerms,
  where: string,
): Promise<SweepTerms> {
  const there = await store.terms();
  if (!there || there.cancelled) {
    await store.putTerms(own);
    return own;
  }
  const problem = termsDiffer(own, there);
  if (problem !== undefined) {
    // One that is done is nobody's.
    if (!(await isIdle()))
      throw new QueueError(`${where}: ${problem}; or choose another --name, or end it by bench sweep cancel.`);
    await store.putTerms(own);
    return own;
  }
  // Recipes of both may read files that the other's do not.
  const both = { ...there, data: own.data && { ...there.data, ...own.data }, heartbeat: own.heartbeat };
  await store.putTerms(both);
  return both;
}

/** Puts a sweep's open runs into a queue and follows them. @throws {QueueError} where the queue's sweep is another, is cancelled, or is followed by somebody */
export async function sweepOnQueue({
  client,
  name,
  shown,
  heartbeat,
  inputs,
  runs,
  recipes,
  root,
  kept,
  told,
  signal,
  say,
}: {
  readonly client: Redis;
  readonly name: string;
  /** The server, for people. */
  readonly shown: string;
  readonly heartbeat: number;
  readonly inputs: Inputs;
  readonly runs: readonly PlannedRun[];
  readonly recipes: readonly string[];
  readonly root: string;
  readonly kept: ArmsKept;
  readonly told: SweepTold;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}): Promise<void> {
  const where = `sweep '${name}' at ${shown}`;
  const [store, queue] = [sweepStore(client, name), sweepQueue(client, name)];
  try {
    const isIdle = async () => {
      const { waiting, active } = await queue.counts();
      return waiting + active === 0 && (await store.arrived(1)).length === 0;
    };
    const terms = await agreedTerms(store, isIdle, await newTerms(recipes, inputs, heartbeat), where);
    const ids = runs.map(({ spec }) => specHash(spec));
    await store.reopen(ids);
    const before = new Set((await queue.failed()).map(({ run }) => run));
    const again = ids.filter((id) => before.has(id)).length;
    if (again > 0) say(`${again} of these runs failed before: bench sweep retry --name ${name} tries them again.`);
    await queue.add(
      terms.id,
      runs.map(({ spec }) => spec),
    );
    if (runs.length > 0 && (await queue.workers()) === 0)
      say(`${where} has no worker yet; on each machine: bench worker --queue ${shown} --name ${name}`);
    const { failed, interrupted } = await followSweep({
      ...{ store, queue, terms, root, runs, signal },
      leaveOut: kept.isLeftOut,
      watch: (event) => {
        if (event.kind === 'recorded') told.recorded(event.run, event.record);
        else if (event.kind === 'failed') told.failed(event.run, event.reason);
        else if (event.kind === 'refused') say(`${event.run.folder}: ${event.reason}`);
      },
    });
    if (failed.size > 0) say(`${failed.size} runs failed: bench sweep retry --name ${name} tries them again.`);
    if (interrupted) say('no longer followed: its workers go on, and the same command fetches what they send.');
  } finally {
    await queue.close();
  }
}
