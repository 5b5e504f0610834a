import { followSweep, type QueueClient } from '@cloze/sweeps/node';
import { everyRunHas, isFinished } from '../runs/run-record.ts';
import type { RecipeRun } from '../runs/run-spec.ts';
import type { ArmsKept } from './hopeless-arms.ts';
import { differs, isShared, isSpec, joined, type Shared } from './sweep-terms.ts';
import type { SweepTold } from './sweep-told.ts';

/** Puts a sweep's open runs into a queue and follows them. @throws {QueueError} where the queue's sweep is another, is cancelled, or is followed by somebody */
export async function sweepOnQueue({
  client,
  name,
  shown,
  kept,
  told,
  say,
  ...sweep
}: {
  readonly client: QueueClient;
  readonly name: string;
  /** The server, for people. */
  readonly shown: string;
  readonly heartbeat: number;
  readonly shared: Shared;
  readonly runs: readonly RecipeRun[];
  readonly root: string;
  readonly kept: ArmsKept;
  readonly told: SweepTold;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}): Promise<void> {
  const where = `sweep '${name}' at ${shown}`;
  const retry = `bench sweep retry --name ${name} tries them again.`;
  const { failed, interrupted } = await followSweep({
    ...{ client, name, where, ...sweep, isShared, isSpec, differs, joined, isFinished, recordHas: everyRunHas },
    leaveOut: kept.isLeftOut,
    watch: (event) => {
      if (event.kind === 'recorded') told.recorded(event.run);
      else if (event.kind === 'failed') told.failed(event.run, event.reason);
      else if (event.kind === 'refused') say(`${event.run.folder}: ${event.reason}`);
      else if (event.kind === 'failed before') say(`${event.runs} of these runs failed before: ${retry}`);
      else if (event.kind === 'no worker')
        say(`${where} has no worker yet; on each machine: bench worker --queue ${shown} --name ${name}`);
    },
  });
  if (failed.size > 0) say(`${failed.size} runs failed: ${retry}`);
  if (interrupted) say('no longer followed: its workers go on, and the same command fetches what they send.');
}
