import { nearestName } from '@cloze/checks';
import { benchmarkTasks, type ClueTask } from '@cloze/datasets';
import { readBenchmark } from '@cloze/datasets/node';
import { type BenchmarkData, benchmarkData, type Row } from '@cloze/models';
import type { Lab } from './lab.ts';
import { standInRows } from './stand-in-rows.ts';

/** A task of CLUE or GLUE with the rows that it is learnt from and judged on. */
export interface OpenBenchmarkTask {
  readonly benchmark: ClueTask;
  readonly train: BenchmarkData;
  /** The whole train file, of which `train` is the first rows: a class or tag that none of these has is known all the same. */
  readonly whole: readonly Row[];
  /** By what they are called in a table: MNLI has two. */
  readonly dev: readonly (Pick<BenchmarkData, 'rows'> & { readonly name: string })[];
}

/** The task of a name. @throws {RangeError} with the nearest name */
export function taskOf(name: string, tasks: readonly ClueTask[] = benchmarkTasks): ClueTask {
  const found = tasks.find((task) => task.name === name);
  if (found) return found;
  const names = tasks.map((task) => task.name);
  throw new RangeError(`there is no task '${name}'; ${nearestName(name, names)}`);
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
  const benchmark = taskOf(name);
  const { root } = lab.data;
  const first = ({ task, rows }: BenchmarkData, split: 'train' | 'dev') => ({
    task,
    rows: rows.slice(0, limits[split]),
  });
  if (root === undefined) {
    const [train, dev] = [standInRows(benchmark.kind, 'train'), standInRows(benchmark.kind, 'dev')];
    return {
      ...{ benchmark, train: first(train, 'train'), whole: train.rows },
      dev: [{ name, rows: first(dev, 'dev').rows }],
    };
  }
  const read = (split: 'train' | 'dev') =>
    readBenchmark(benchmark, root, split).map(({ name: set, files, rows }) => {
      for (const file of files) lab.data.read(file);
      return { name: set, ...benchmarkData(benchmark, rows) };
    });
  const train: BenchmarkData = read('train')[0] as ReturnType<typeof read>[number];
  return {
    ...{ benchmark, train: first(train, 'train'), whole: train.rows },
    dev: read('dev').map(({ name: set, ...data }) => ({ name: set, ...first(data, 'dev') })),
  };
}
