import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FigureOverSeeds } from '@cloze/eval';
import { writeWhole } from '@cloze/trainer/node';
import type { FineTuneRun, RunIdentity } from '../fine-tune/fine-tune.ts';
import type { TrainedOnce } from '../fine-tune/train-once.ts';
import type { Judged } from '../tasks/prepared-task.ts';
import type { Task } from '../tasks/task.ts';
import type { TrainedTogether } from './trained-together.ts';

/** What a fine-tuning keeps in its folder as `record.json`, its dev rows beside it. */
export interface FineTuneRecord extends TrainedTogether {
  readonly task: Task;
  /** Names of classes or tags; empty for tasks without. */
  readonly labels: readonly string[];
  readonly seeds: readonly number[];
  readonly identity: RunIdentity;
  readonly engine: string;
  /** Other engines that earlier processes of the run had; absent where there was one. */
  readonly enginesBefore?: readonly string[];
  /** Figures on dev; JSON has null for numbers that are none. */
  readonly dev: Readonly<Record<string, FigureOverSeeds>>;
  readonly trainings: readonly {
    readonly seed: number;
    readonly steps: number;
    readonly tokens: number;
    /** Updates that were withheld, with `nonFinite: 'skip'`. */
    readonly skipped: number;
    /** `null` where the process that ended the training made none of its last steps. */
    readonly lastLoss: number | null;
  }[];
}

/** A dev row of one seed, a line of `judged.jsonl`. */
interface JudgedLine extends Judged {
  readonly seed: number;
  /** Its number among the dev rows, from 1. */
  readonly row: number;
}

const finiteOrNull = (value: number) => (Number.isFinite(value) ? value : null);

const recordName = 'record.json';
const judgedName = 'judged.jsonl';

/** The record of a run. @param surroundings engine by name and version, others that earlier processes had, and who trained together */
export const recordOf = <T extends Task>(
  run: FineTuneRun<T>,
  { engine, enginesBefore = [], ...together }: Pick<FineTuneRecord, 'engine' | 'enginesBefore' | keyof TrainedTogether>,
): FineTuneRecord => ({
  task: run.settings.task,
  labels: run.model.labels,
  seeds: run.settings.seeds,
  identity: run.identity,
  engine,
  ...together,
  ...(enginesBefore.length > 0 && { enginesBefore }),
  dev: run.dev,
  trainings: run.trainings.map(({ seed, outcome, lastLoss }) => ({
    seed,
    steps: outcome.step,
    tokens: outcome.tokens,
    skipped: outcome.skipped,
    lastLoss: finiteOrNull(lastLoss),
  })),
});

/** Vectors as lists. */
const asJson = (_: string, value: unknown): unknown => (value instanceof Float32Array ? Array.from(value) : value);

/** Writes the dev rows, then the record: where there is a record, there are its rows. */
export function writeRecord(
  folder: string,
  record: FineTuneRecord,
  trainings: readonly Pick<TrainedOnce, 'seed' | 'judged'>[],
): void {
  const lines = trainings.flatMap(({ seed, judged }) =>
    judged.map(({ prediction, target }, i): JudgedLine => ({ seed, row: i + 1, prediction, target })),
  );
  writeWhole(join(folder, judgedName), lines.map((line) => `${JSON.stringify(line, asJson)}\n`).join(''));
  writeWhole(join(folder, recordName), `${JSON.stringify(record, null, 2)}\n`);
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

/** A value of JSON. @throws {Error} naming where it stands, when it is torn */
function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${where} is torn: ${error instanceof Error ? error.message : error}.`);
  }
}

const isJudgedLine = (value: unknown): value is JudgedLine =>
  typeof value === 'object' && value !== null && ['seed', 'row'].every((name) => name in value);

const isRecord = (value: unknown): value is FineTuneRecord =>
  typeof value === 'object' &&
  value !== null &&
  ['task', 'labels', 'seeds', 'identity', 'trainings'].every((name) => name in value);

/** The record that a fine-tuning left in its folder. @throws {Error} for a folder without, or with one of another kind */
export async function readRecord(folder: string): Promise<FineTuneRecord> {
  const record = parsed(await textIn(folder, recordName), join(folder, recordName));
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
    .map((line, i) => {
      const judged = parsed(line, `${join(folder, judgedName)}, line ${i + 1}`);
      if (isJudgedLine(judged)) return judged;
      throw new Error(`${join(folder, judgedName)}, line ${i + 1} is no judged row.`);
    });
  const runs = seeds.map((seed) => lines.filter((line) => line.seed === seed));
  if (runs.some((rows) => rows.length !== runs[0]?.length))
    throw new Error(
      `${join(folder, judgedName)} has ${runs.map((rows) => rows.length).join(', ')} rows of its seeds; it is torn.`,
    );
  return runs;
}
