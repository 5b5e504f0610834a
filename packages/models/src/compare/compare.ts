import type { DifferenceOverSeeds } from '@cloze/eval';
import { differenceOfRuns } from '../fine-tune/figures.ts';
import { type FineTuneRun, judgedRows } from '../fine-tune/fine-tune.ts';
import type { Task } from '../tasks/task.ts';
import type { FigureOf } from '../tasks/task-kinds.ts';

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

/**
 * Second minus first on the same dev rows and seeds: difference, interval, two-sided p, and the least difference that would have been found.
 *
 * @throws {RangeError} for runs on other dev rows, other seeds, or without dev rows
 */
export function compare<T extends Task>(
  first: FineTuneRun<T>,
  second: FineTuneRun<T>,
  { figure }: CompareOptions<T> = {},
): Comparison {
  const problems: string[] = [];
  if (first.settings.task.kind !== second.settings.task.kind)
    problems.push(`the first learnt ${first.settings.task.kind}, the second ${second.settings.task.kind}`);
  if (first.identity.dev !== second.identity.dev) problems.push('their dev rows differ');
  if (String(first.settings.seeds) !== String(second.settings.seeds))
    problems.push(`their seeds differ: ${first.settings.seeds} and ${second.settings.seeds}`);
  if (first.trainings.some(({ judged }) => judged.length === 0)) problems.push('there are no dev rows to compare on');
  if (problems.length > 0)
    throw new RangeError(`compare: ${problems.join('; ')}. Give both runs the same dev rows and seeds.`);
  const { metrics } = first.task;
  const name = figure ?? metrics.primary;
  const found = differenceOfRuns((rows) => metrics.of(name, rows), judgedRows(second), judgedRows(first));
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
