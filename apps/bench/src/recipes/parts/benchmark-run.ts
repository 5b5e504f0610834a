import { prepareTask } from '@cloze/models';
import { z } from 'zod';
import type { Arm, RunResult, Size } from '../define-recipe.ts';
import { answerTests } from './answer-tests.ts';
import { benchmarkSets } from './benchmark-sets.ts';
import type { Lab } from './lab.ts';
import { openBenchmarkTask } from './open-benchmark-task.ts';
import { openStart } from './open-start.ts';
import { tuneOnTask } from './tune-on-task.ts';
import { precisionSetting, stepsOfEpochs } from './tune-settings.ts';

/** How a benchmark's task is learnt; names as in Hugging Face's trainer. */
export const benchmarkSettings = z.strictObject({
  task: z.string(),
  epochs: z.number().positive(),
  batch: z.int().positive(),
  learningRate: z.number().positive(),
  /** Share of the steps in which the rate rises. */
  warmup: z.number().min(0).max(1),
  weightDecay: z.number().min(0),
  /** Longest row, special tokens included. */
  length: z.int().min(8).max(512),
  /** Rows used at most. */
  limits: z.strictObject({ train: z.int().positive(), dev: z.int().positive() }),
  precision: precisionSetting,
});
export type BenchmarkSettings = z.infer<typeof benchmarkSettings>;

const all = { train: 10_000_000, dev: 10_000_000 };
const usual = { warmup: 0.1, weightDecay: 0.01, precision: 'float32' } as const;

/** The same at each size, for a task to begin with. */
export const benchmarkSizes = (task: string): Readonly<Record<Size, BenchmarkSettings>> => ({
  tiny: { ...usual, task, epochs: 1, batch: 8, learningRate: 1e-3, length: 48, limits: { train: 32, dev: 16 } },
  laptop: { ...usual, task, epochs: 2, batch: 16, learningRate: 1e-4, length: 128, limits: { train: 2000, dev: 1000 } },
  full: { ...usual, task, epochs: 3, batch: 32, learningRate: 2e-5, length: 128, limits: all },
});

/** The only row of a benchmark's table: the encoder that is looked at. */
export const encoderRow = 'this encoder';

/** An arm a task. @param own what a task is learnt with where it differs, by its name */
export const benchmarkArms = (
  tasks: readonly string[],
  own: Readonly<Record<string, Partial<BenchmarkSettings>>>,
  size: BenchmarkSettings,
): Arm[] =>
  tasks.map((task) => ({
    name: task,
    row: encoderRow,
    // The articles' epochs and lengths are for whole sets.
    set: { task, ...(size.limits.train === all.train && own[task]) },
  }));

/** Learns one task from the encoder with the family's own head, and judges its dev rows. */
export async function runBenchmark(lab: Lab, settings: BenchmarkSettings): Promise<RunResult> {
  const { task: name, limits, epochs, batch, ...rest } = settings;
  const start = await openStart(lab);
  const { benchmark, train, whole, dev } = openBenchmarkTask(lab, name, limits);
  const { task, rows } = train;
  const prepared = prepareTask(task, { model: start, rows: whole });
  const { judged, measures, parameters } = await tuneOnTask(
    lab,
    `fine-tune ${name}`,
    start,
    task,
    () => prepared,
    { train: rows, dev: dev.flatMap((set) => set.rows) },
    { ...rest, batch, steps: stepsOfEpochs(epochs, rows.length, batch) },
  );
  await answerTests(lab, { benchmark, task, prepared, start, parameters, length: rest.length });
  let from = 0;
  const predictions = dev.flatMap((set) => {
    const own = judged.slice(from, from + set.rows.length);
    from += set.rows.length;
    return benchmarkSets(benchmark, set.name, own);
  });
  return { predictions, measures: { ...measures } };
}
