import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FigureOverSeeds } from '@cloze/eval';
import type { FineTuneRun, RunIdentity } from '../fine-tune/fine-tune.ts';
import type { TrainedOnce } from '../fine-tune/train-once.ts';
import type { Judged } from '../tasks/prepared-task.ts';
import type { Task } from '../tasks/task.ts';
import { writeWhole } from './write-whole.ts';

/** What a fine-tuning keeps in its folder as `record.json`, its dev rows beside it. */
export interface FineTuneRecord {
  readonly task: Task;
  /** Names of classes or tags; empty for tasks without. */
  readonly labels: readonly string[];
  readonly seeds: readonly number[];
  readonly identity: RunIdentity;
  readonly engine: string;
  /** Figures on dev; JSON has null for numbers that are none. */
  readonly dev: Readonly<Record<string, FigureOverSeeds>>;
  readonly trainings: readonly {
    readonly seed: number;
    readonly steps: number;
    readonly tokens: number;
    readonly lastLoss: number;
  }[];
}

/** A dev row of one seed, a line of `judged.jsonl`. */
interface JudgedLine extends Judged {
  readonly seed: number;
  /** Its number among the dev rows, from 1. */
  readonly row: number;
}

const recordName = 'record.json';
const judgedName = 'judged.jsonl';

/** The record of a run. @param engine name and version */
export const recordOf = <T extends Task>(run: FineTuneRun<T>, engine: string): FineTuneRecord => ({
  task: run.settings.task,
  labels: run.model.labels,
  seeds: run.settings.seeds,
  identity: run.identity,
  engine,
  dev: run.dev,
  trainings: run.trainings.map(({ seed, outcome, lastLoss }) => ({
    seed,
    steps: outcome.step,
    tokens: outcome.tokens,
    lastLoss,
  })),
});

/** Vectors as lists. */
const asJson = (_: string, value: unknown): unknown => (value instanceof Float32Array ? Array.from(value) : value);

/** Writes the dev rows, then the record: where there is a record, there are its rows. */
export async function writeRecord(
  folder: string,
  record: FineTuneRecord,
  trainings: readonly Pick<TrainedOnce, 'seed' | 'judged'>[],
): Promise<void> {
  const lines = trainings.flatMap(({ seed, judged }) =>
    judged.map(({ prediction, target }, i): JudgedLine => ({ seed, row: i + 1, prediction, target })),
  );
  await writeWhole(join(folder, judgedName), lines.map((line) => `${JSON.stringify(line, asJson)}\n`).join(''));
  await writeWhole(join(folder, recordName), `${JSON.stringify(record, null, 2)}\n`);
}

/** The text of a file of a run. @throws {Error} where the folder has none */
async function textIn(folder: string, name: string): Promise<string> {
  try {
    return await readFile(join(folder, name), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(
      `${folder} holds no ${name}: it is no folder of a fine-tuning ('output'), or the run has not finished.`,
    );
  }
}

const isRecord = (value: unknown): value is FineTuneRecord =>
  typeof value === 'object' &&
  value !== null &&
  ['task', 'labels', 'seeds', 'identity', 'trainings'].every((name) => name in value);

/** The record that a fine-tuning left in its folder. @throws {Error} for a folder without, or with one of another kind */
export async function readRecord(folder: string): Promise<FineTuneRecord> {
  const record: unknown = JSON.parse(await textIn(folder, recordName));
  if (!isRecord(record)) throw new Error(`${join(folder, recordName)} is no record of a fine-tuning.`);
  return record;
}

/** Dev rows of each of a run's seeds, in their order. @throws {Error} for a folder whose rows are not all there */
export async function readJudged(
  folder: string,
  { seeds }: Pick<FineTuneRecord, 'seeds'>,
): Promise<readonly Judged[][]> {
  const lines = (await textIn(folder, judgedName))
    .split('\n')
    .filter((line) => line !== '')
    .map((line): JudgedLine => JSON.parse(line));
  const runs = seeds.map((seed) => lines.filter((line) => line.seed === seed));
  if (runs.some((rows) => rows.length !== runs[0]?.length))
    throw new Error(
      `${join(folder, judgedName)} has ${runs.map((rows) => rows.length).join(', ')} rows of its seeds; it is torn.`,
    );
  return runs;
}
