import { type ClueRow, type ClueTask, clueTasks } from '@cloze/datasets';
import { readSplit } from '@cloze/datasets/node';
import { readPoems } from '@cloze/quick-start';
import type { Lab } from './lab.ts';
import { taskOf } from './open-benchmark-task.ts';

/** A text or pair with its class. */
export interface Labelled {
  readonly id: number | string;
  readonly texts: readonly [string] | readonly [string, string];
  readonly label: string;
}

/** A task to classify, whatever its files. */
export interface OpenTask {
  readonly name: string;
  readonly labels: readonly string[];
  readonly train: readonly Labelled[];
  readonly dev: readonly Labelled[];
}

/** Rows of a split, its file noted in the run's record. */
export function rowsOf<Row extends ClueRow>(lab: Lab, task: ClueTask<Row>, split: 'train' | 'dev'): readonly Row[] {
  const { rows, file } = readSplit(task, lab.data.root as string, split);
  lab.data.read(file);
  return rows;
}

/** Stand-ins for a task without data: Tang or Song for one text, whether two couplets follow one another for two. */
function poemTask(name: string, kind: ClueTask['kind']): OpenTask {
  const poems = readPoems(150);
  const rows = poems.flatMap(({ dynasty, couplets }, i): (Labelled & { readonly split: string })[] => {
    const split = i % 5 === 0 ? 'dev' : 'train';
    const [first = '', second = ''] = couplets;
    if (kind !== 'pair') return [{ id: i, texts: [couplets.join('')], label: dynasty, split }];
    const other = poems[(i + 1) % poems.length]?.couplets[1] ?? '';
    return [{ id: i, texts: [first, i % 2 === 0 ? second : other], label: i % 2 === 0 ? '1' : '0', split }];
  });
  return {
    name,
    labels: kind === 'pair' ? ['0', '1'] : ['tang', 'song'],
    train: rows.filter(({ split }) => split === 'train'),
    dev: rows.filter(({ split }) => split === 'dev'),
  };
}

/**
 * Opens a task for fine-tuning: the data folder's files, or poems where there is no folder.
 *
 * @param given a task, or its name @param limits rows at most, the first ones
 */
export function openTask(
  lab: Lab,
  given: string | ClueTask,
  limits: { readonly train: number; readonly dev: number },
): OpenTask {
  const task = typeof given === 'string' ? taskOf(given, clueTasks) : given;
  const { name } = task;
  if (lab.data.root === undefined) return poemTask(name, task.kind);
  const [train, dev] = (['train', 'dev'] as const).map((split) =>
    rowsOf(lab, task, split)
      .slice(0, limits[split])
      .map((row) => ({ id: row.line, texts: task.texts(row), label: row.label as string })),
  ) as [Labelled[], Labelled[]];
  return { name, labels: task.labels, train, dev };
}
