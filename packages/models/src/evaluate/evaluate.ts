import { callable, checkOptions } from '@cloze/checks';
import { checkIsTable, type Table } from '@cloze/datasets';
import type { FigureOverSeeds } from '@cloze/eval';
import { figuresOverSeeds } from '../fine-tune/figures.ts';
import { checkColumns } from '../fine-tune/read-examples.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import { answersOf } from '../model/task-model.ts';
import type { PredictOptions } from '../predict/predict.ts';
import { savedHead, savedLabels, withoutHead } from '../tasks/saved-task.ts';
import type { Task } from '../tasks/task.ts';
import { type FigureOf, prepareTask } from '../tasks/task-kinds.ts';
import { judgeRows } from './judge-rows.ts';

/**
 * Figures of a checkpoint's own predictions on the rows of a table, with their intervals over rows.
 *
 * @param task which columns hold what; of the kind that the checkpoint's head was trained on @param options.onCut told each row that is longer than the
 * model reads, by its place from 0
 * @throws {RangeError} for a checkpoint with another head, or without {TableError} for rows without what the task reads, all at once
 */
export async function evaluate<T extends Task>(
  model: LoadedModel,
  task: T,
  table: Table,
  options: PredictOptions = {},
): Promise<Readonly<Record<FigureOf<T>, FigureOverSeeds>>> {
  checkOptions('evaluate', options, { onCut: callable });
  const { onCut } = options;

  checkIsTable('evaluate', table);
  checkColumns(table, task);
  const found = savedHead(model);
  if (found === undefined && task.kind !== 'sentence-vectors' && task.kind !== 'generation') throw withoutHead(model);
  const prepared = prepareTask(task, { model, labels: savedLabels(model) });
  const { head: wanted } = prepared.saved;
  if (wanted !== undefined && wanted !== found)
    throw new RangeError(`evaluate: ${task.kind} needs a head for ${wanted}; ${model.name} has one for ${found}.`);
  const judged = await judgeRows(table, prepared, answersOf(model, prepared, model.maximumLength), onCut);
  return figuresOverSeeds(prepared.metrics, [judged]) as Readonly<Record<FigureOf<T>, FigureOverSeeds>>;
}
