import { checkOptions, text } from '@cloze/checks';
import type { DifferenceOverSeeds } from '@cloze/eval';
import { differenceOfRuns } from '../fine-tune/figures.ts';
import type { FineTuneRun, RunIdentity } from '../fine-tune/fine-tune.ts';
import type { Judged } from '../tasks/prepared-task.ts';
import type { Task } from '../tasks/task.ts';
import type { FigureOf } from '../tasks/task-kinds.ts';
import { metricsOfTask } from '../tasks/task-metrics.ts';

/** How two runs are compared. */
export interface CompareOptions<T extends Task> {
  /** Default the task's first: accuracy of a classification. */
  readonly figure?: FigureOf<T>;
}

/** What a comparison says. */
export interface Comparison extends DifferenceOverSeeds {
  readonly figure: string;
  /** What to keep in mind, in whole sentences; empty when there is nothing. */
  readonly caveats: readonly string[];
}

/** What a comparison needs of a run, from memory or from its folder. */
export interface ComparedRun {
  readonly task: Task;
  /** Names of classes; empty for tasks without. */
  readonly labels: readonly string[];
  readonly seeds: readonly number[];
  readonly identity: Pick<RunIdentity, 'train' | 'dev' | 'model'>;
  /** Dev rows of each seed. */
  readonly judged: readonly (readonly Judged[])[];
}

/** As `compare`, of runs wherever they are kept. @param figure default the task's first */
export function compareJudged(first: ComparedRun, second: ComparedRun, figure?: string): Comparison {
  const problems: string[] = [];
  if (first.task.kind !== second.task.kind)
    problems.push(`the first learnt ${first.task.kind}, the second ${second.task.kind}`);
  else if (String(first.labels) !== String(second.labels))
    problems.push(`their classes differ: ${first.labels.join(', ')} and ${second.labels.join(', ')}`);
  if (first.identity.dev !== second.identity.dev) problems.push('their dev rows differ');
  if (String(first.seeds) !== String(second.seeds))
    problems.push(`their seeds differ: ${first.seeds.join(', ')} and ${second.seeds.join(', ')}`);
  if (first.judged.some((rows) => rows.length === 0)) problems.push('there are no dev rows to compare on');
  if (problems.length > 0)
    throw new RangeError(`compare: ${problems.join('; ')}. Give both runs the same dev rows and seeds.`);
  const metrics = metricsOfTask(first.task, first.labels);
  const name = figure ?? metrics.primary;
  const found = differenceOfRuns((rows) => metrics.of(name, rows), second.judged, first.judged);
  const caveats = [
    ...(found.seedsCovered
      ? []
      : [
          `With ${found.seeds} ${found.seeds === 1 ? 'seed' : 'seeds'} the spread between trainings is not covered; three or more are needed.`,
        ]),
    ...(first.identity.train === second.identity.train ? [] : ['They learnt from other rows.']),
    ...(first.identity.model === second.identity.model ? [] : ['They began from other weights.']),
  ];
  return { figure: name, ...found, caveats };
}

/** What a comparison needs of a run in memory. */
const comparedOf = <T extends Task>({ settings, model, identity, trainings }: FineTuneRun<T>): ComparedRun => ({
  task: settings.task,
  labels: model.labels,
  seeds: settings.seeds,
  identity,
  judged: trainings.map(({ judged }) => judged),
});

/**
 * Second minus first on the same dev rows and seeds: difference, interval, two-sided p, and the least difference that would have been found.
 *
 * @throws {RangeError} for runs on other dev rows, other seeds, or without dev rows
 */
export const compare = <T extends Task>(
  first: FineTuneRun<T>,
  second: FineTuneRun<T>,
  options: CompareOptions<T> = {},
): Comparison => {
  checkOptions('compare', options, { figure: text });
  const { figure } = options;
  return compareJudged(comparedOf(first), comparedOf(second), figure);
};
