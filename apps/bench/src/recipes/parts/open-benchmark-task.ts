import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nearestName } from '@cloze/checks';
import { benchmarkTasks, type ChoiceRow, type ClueRow, type ClueTask, withChidAnswers } from '@cloze/datasets';
import { listProblems, readTaskFile } from '@cloze/datasets/node';
import { benchmarkData, type Row, type Task } from '@cloze/models';
import type { Lab } from './lab.ts';
import { standInRows } from './stand-in-rows.ts';

/** A task of CLUE or GLUE with the rows that it is learnt from and judged on. */
export interface OpenBenchmarkTask {
  readonly benchmark: ClueTask;
  readonly task: Task;
  readonly train: readonly Row[];
  /** By what they are called in a table: MNLI has two. */
  readonly dev: readonly { readonly name: string; readonly rows: readonly Row[] }[];
}

/** The task of a name. @throws {RangeError} with the nearest name */
function benchmarkTaskOf(name: string): ClueTask {
  const found = benchmarkTasks.find((task) => task.name === name);
  if (found) return found;
  const names = benchmarkTasks.map((task) => task.name);
  throw new RangeError(`there is no task '${name}'; ${nearestName(name, names)}`);
}

/** Rows of the files of a split that count: C3's two are one set, MNLI's two dev files are two; of others the first that is there. */
function filesOf(task: ClueTask, data: string, split: 'train' | 'dev'): readonly (readonly string[])[] {
  const there = task.files
    .filter((file) => file.split === split && file.labelled && existsSync(join(data, task.folder, file.name)))
    .map(({ name }) => name);
  if (there.length === 0)
    throw new Error(
      `${join(data, task.folder)} has no ${split} file (${task.files.flatMap((file) => (file.split === split ? file.name : [])).join(', ')}).`,
    );
  if (task.name === 'c3') return [there];
  return task.name === 'mnli' && split === 'dev' ? there.map((name) => [name]) : [there.slice(0, 1)];
}

/** ChID's answers in CLUE's layout stand in a file of their own. */
function answered(lab: Lab, task: ClueTask, rows: readonly ClueRow[], split: string): readonly ClueRow[] {
  const path = `${task.folder}/${split}_answer.json`;
  if (task.name !== 'chid' || !lab.data.has(path)) return rows;
  return withChidAnswers(rows as readonly ChoiceRow[], JSON.parse(lab.data.read(path)) as Record<string, number>);
}

/**
 * Opens a task: the data folder's files, or stand-ins of its kind made of poems where there is no folder.
 *
 * @param limits rows at most, the first ones @throws {Error} for a split without a file, and for bad lines, naming them
 */
export function openBenchmarkTask(
  lab: Lab,
  name: string,
  limits: { readonly train: number; readonly dev: number },
): OpenBenchmarkTask {
  const benchmark = benchmarkTaskOf(name);
  const { root } = lab.data;
  if (root === undefined) {
    const [train, dev] = (['train', 'dev'] as const).map((split) => standInRows(benchmark.kind, split));
    const rows = (split: typeof train, most: number) => split?.rows.slice(0, most) ?? [];
    if (!train) throw new Error(`${name}: there are no poems.`);
    return {
      benchmark,
      task: train.task,
      train: rows(train, limits.train),
      dev: [{ name, rows: rows(dev, limits.dev) }],
    };
  }
  const read = (split: 'train' | 'dev') =>
    filesOf(benchmark, root, split).map((files) => {
      const rows = files.flatMap((file) => {
        lab.data.read(`${benchmark.folder}/${file}`);
        const known = benchmark.files.find((one) => one.name === file) as ClueTask['files'][number];
        // ChID's rows get their labels from another file.
        const found = readTaskFile(benchmark, root, {
          ...known,
          labelled: !lab.data.has(`${benchmark.folder}/${split}_answer.json`),
        });
        if (found.problems.length > 0)
          throw new Error(`${found.file}: ${found.problems.length} lines are bad.\n${listProblems(found.problems)}`);
        return found.rows;
      });
      return {
        file: files[0] as string,
        ...benchmarkData(benchmark, answered(lab, benchmark, rows, split).slice(0, limits[split])),
      };
    });
  const [train] = read('train');
  const dev = read('dev');
  if (!train) throw new Error(`${name}: there is no train file.`);
  return {
    benchmark,
    task: train.task,
    train: train.rows,
    dev: dev.map(({ file, rows }) => ({
      name: dev.length === 1 ? name : `${name}-${file.includes('mismatched') ? 'mm' : 'm'}`,
      rows,
    })),
  };
}
