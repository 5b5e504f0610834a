import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RandomStream } from '@cloze/random';
import { type Fate, type Life, live } from './live.ts';
import type { Task } from './task.ts';

/** What came out. */
export interface TortureResult {
  readonly kills: number;
  readonly killsInsideSave: number;
  /** Before training began again: engine, graph, the reading of the checkpoint. */
  readonly killsBeforeTraining: number;
  /** SIGINT or SIGTERM, each of which must save and exit with 0. */
  readonly stops: number;
  readonly resumes: number;
  /** Runs brought to their end through kills; all must have the parameters, moments, averages and logs of the run that was left in peace. */
  readonly runs: number;
  readonly bitEqualRuns: number;
  /** Losses of repeated and resumed steps compared with the undisturbed run's, and how many differed. */
  readonly lossesCompared: number;
  readonly lossesDiffering: number;
  /** Checkpoints found damaged by their checksums. */
  readonly damaged: number;
  readonly problems: readonly string[];
  readonly digest: string;
}

interface TortureOptions {
  readonly task: Omit<Task, 'folder'>;
  readonly folder: string;
  readonly kills: number;
  readonly random: RandomStream;
  /** Node's options and the script of the bench, for the children. */
  readonly program: readonly string[];
  readonly watch: (kills: number, note: string) => void;
}

const endOf = ({ signs }: Life) => signs.find((sign) => sign.kind === 'end');

/** Kills a run at random instants, a third inside a save, resumes it each time, and compares all ends with one that was left in peace. */
export async function torture({ task, folder, kills, random, program, watch }: TortureOptions): Promise<TortureResult> {
  const taskAt = (name: string) => {
    const at = join(folder, name);
    mkdirSync(at, { recursive: true });
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ ...task, folder: join(at, 'run') }));
    return { path: join(folder, `${name}.json`), remove: () => rmSync(at, { recursive: true, force: true }) };
  };
  const peaceful = taskAt('peaceful');
  const reference = await live(peaceful.path, { kind: 'never' }, program);
  const end = endOf(reference);
  if (end?.reason !== 'finished')
    throw new Error(`torture: the undisturbed run did not finish: ${reference.stderr.slice(-2000)}`);
  const losses = new Map(reference.signs.flatMap((sign) => (sign.kind === 'step' ? [[sign.step, sign.loss]] : [])));
  peaceful.remove();

  const tally = {
    kills: 0,
    insideSave: 0,
    early: 0,
    stops: 0,
    resumes: 0,
    runs: 0,
    equal: 0,
    compared: 0,
    differing: 0,
    damaged: 0,
  };
  const problems: string[] = [];
  const step = reference.trainingMilliseconds / task.steps;
  const fateOf = (): Fate => {
    if (tally.insideSave * 3 < tally.kills + 1)
      return { kind: 'in a save', save: 1 + Math.floor(random.next() * 4), after: random.next() * 12 };
    const from = random.next() < 0.15 ? 'start' : 'training';
    const after = random.next() * (from === 'start' ? reference.startMilliseconds : 25 * step);
    const word = random.next();
    return { kind: 'anywhere', from, after, signal: word < 0.05 ? 'SIGTERM' : word < 0.1 ? 'SIGINT' : 'SIGKILL' };
  };
  for (let run = 0; tally.kills < kills; run++) {
    const current = taskAt(`run-${run}`);
    for (let lived = 0; ; lived++) {
      const fate: Fate = tally.kills < kills ? fateOf() : { kind: 'never' };
      const life = await live(current.path, fate, program);
      if (lived > 0) tally.resumes++;
      if (life.killed) tally.kills++;
      if (life.insideSave) tally.insideSave++;
      if (life.killed && !life.signs.some(({ kind }) => kind === 'begin')) tally.early++;
      for (const sign of life.signs) {
        if (sign.kind === 'step') {
          tally.compared++;
          if (!Object.is(losses.get(sign.step), sign.loss)) tally.differing++;
        }
        if (sign.kind === 'warning' && sign.message.includes('damaged')) tally.damaged++;
      }
      watch(tally.kills, `${tally.insideSave} inside a save, ${tally.equal}/${tally.runs} ends equal`);
      if (life.killed) continue;
      const last = endOf(life);
      if (last?.reason === 'interrupted') {
        tally.stops++;
        continue;
      }
      // A signal before the handlers stand, or after the last step, ends a process as usual: nothing was promised yet.
      if (!last && fate.kind === 'anywhere' && fate.signal !== 'SIGKILL' && life.signs.length === 0) continue;
      if (last?.reason !== 'finished') {
        problems.push(`run ${run}, life ${lived}: exit ${life.exitCode}, ${life.stderr.slice(0, 500)}`);
        break;
      }
      tally.runs++;
      if (last.digest === end.digest && last.log === end.log) tally.equal++;
      else if (last.digest === end.digest) problems.push(`run ${run} logged ${last.log}, expected ${end.log}`);
      else problems.push(`run ${run} ended with digest ${last.digest}, expected ${end.digest}`);
      break;
    }
    if (problems.length > 5) break;
    current.remove();
  }
  return {
    kills: tally.kills,
    killsInsideSave: tally.insideSave,
    killsBeforeTraining: tally.early,
    stops: tally.stops,
    resumes: tally.resumes,
    runs: tally.runs,
    bitEqualRuns: tally.equal,
    lossesCompared: tally.compared,
    lossesDiffering: tally.differing,
    damaged: tally.damaged,
    problems,
    digest: end.digest,
  };
}
