import { type DifferenceOverSeeds, differenceOverSeeds, type FigureOverSeeds, figureOverSeeds } from '@cloze/eval';
import { streamFrom } from '@cloze/random';
import type { Judged, Metrics } from '../tasks/prepared-task.ts';

/** Figures of one training's rows, by name; none for no rows. */
export function figuresOf<Prediction, Target>(
  metrics: Metrics<Prediction, Target>,
  rows: readonly Judged<Prediction, Target>[],
): Readonly<Record<string, number>> {
  if (rows.length === 0) return {};
  return Object.fromEntries(metrics.names.map((name) => [name, metrics.of(name, rows)]));
}

/** Resamples of an interval: figures that must be computed anew for each are the cost of judging. */
const samples = 1000;

/** Figures over seeds with their intervals, by name. @param runs one list of judged rows a seed */
export function figuresOverSeeds<Prediction, Target>(
  metrics: Metrics<Prediction, Target>,
  runs: readonly (readonly Judged<Prediction, Target>[])[],
): Readonly<Record<string, FigureOverSeeds>> {
  if (runs.length === 0 || runs[0]?.length === 0) return {};
  return Object.fromEntries(
    metrics.names.map((name) => [
      name,
      figureOverSeeds(runs, {
        statistic: (rows) => metrics.of(name, rows),
        samples,
        random: streamFrom(1).fork('interval', name),
      }),
    ]),
  );
}

/** One figure of two runs over the same seeds and rows. */
export function differenceOfRuns<Prediction, Target>(
  statistic: (rows: readonly Judged<Prediction, Target>[]) => number,
  first: readonly (readonly Judged<Prediction, Target>[])[],
  second: readonly (readonly Judged<Prediction, Target>[])[],
): DifferenceOverSeeds {
  return differenceOverSeeds(first, second, { statistic, samples, random: streamFrom(1).fork('comparison') });
}
