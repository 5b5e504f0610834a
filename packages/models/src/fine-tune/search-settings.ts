import { permutation, streamFrom } from '@cloze/random';
import type { Metrics } from '../tasks/prepared-task.ts';
import type { Task } from '../tasks/task.ts';
import { figuresOf } from './figures.ts';
import type { ResolvedSettings } from './settings.ts';
import type { TrainedOnce } from './train-once.ts';

/** Share of train that candidates are judged on. */
const judgedShare = 0.1;

/**
 * Settings with the values that did best on a part of train, kept aside for the search alone: one setting after another, the first
 * seed, dev unseen. Without a search the settings themselves.
 */
export async function searchSettings<T extends Task, E, Prediction, Target>(
  settings: ResolvedSettings<T>,
  train: readonly E[],
  metrics: Metrics<Prediction, Target>,
  say: (line: string) => void,
  trainPart: (
    part: string,
    examples: { readonly train: E[]; readonly dev: E[] },
    tried: ResolvedSettings<T>,
  ) => Promise<TrainedOnce<Prediction, Target>>,
): Promise<ResolvedSettings<T>> {
  const { search } = settings;
  if (!search) return settings;
  const order = permutation(streamFrom(8770).fork('search'), train.length);
  const judged = Math.max(1, Math.floor(judgedShare * train.length));
  const at = (from: number, to: number) => Array.from(order.subarray(from, to), (i) => train[i] as E);
  const examples = { train: at(judged, train.length), dev: at(0, judged) };
  let chosen = settings;
  for (const name of ['learningRate', 'batchSize', 'epochs'] as const) {
    const values = search[name];
    if (!values) continue;
    let best: { value: number; figure: number } | undefined;
    for (const value of values) {
      const tried = { ...chosen, [name]: value };
      const { judged: rows } = await trainPart(`search-${name}-${value}`, examples, tried);
      const figure = figuresOf(metrics, rows)[metrics.primary] ?? Number.NaN;
      say(`search: ${name} ${value} gives ${metrics.primary} ${figure.toFixed(4)} on ${judged} rows of train`);
      const better = best === undefined || (metrics.greaterIsBetter ? figure > best.figure : figure < best.figure);
      if (Number.isFinite(figure) && better) best = { value, figure };
    }
    if (best === undefined)
      throw new RangeError(
        `fineTune: search: no ${name} of ${values.join(', ')} gives a ${metrics.primary} that is a number; search others.`,
      );
    chosen = { ...chosen, [name]: best.value };
  }
  return chosen;
}
