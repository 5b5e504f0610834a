import { settingAt } from '../../recipes/setting-at.ts';
import type { JudgedRecipe } from './judge-recipe.ts';

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]] as [number, number];
  return (low + high) / 2;
}

/** What a run learns, where a recipe has several tasks: their costs and losses are no figures of one kind. */
const taskIn = ({ spec }: JudgedRecipe['records'][number]): unknown => settingAt(spec.settings, 'task');

/**
 * Medians over runs (a machine that was busy for one of them does not count) of what cannot be recomputed from predictions: seconds, tokens a second, last training loss. A line a task
 * where a row has several.
 */
export function measureRows({ rows, records }: JudgedRecipe): {
  readonly head: readonly string[];
  readonly body: readonly (readonly string[])[];
} {
  const names = [...new Set(records.flatMap(({ measures }) => Object.keys(measures)))];
  const text = (of: readonly JudgedRecipe['records'][number][], name: string) => {
    const values = of.flatMap(({ measures: { [name]: value } }) => (value === undefined ? [] : [value]));
    if (values.length === 0) return '-';
    const middle = median(values);
    return middle >= 1000 ? Math.round(middle).toString() : middle.toPrecision(4);
  };
  const body = rows.flatMap((row) => {
    const own = records.filter(({ spec }) => spec.row === row);
    const tasks = [...new Set(own.map(taskIn))];
    return tasks.map((task) => [
      tasks.length > 1 ? `${row}: ${task}` : row,
      ...names.map((name) =>
        text(
          own.filter((record) => taskIn(record) === task),
          name,
        ),
      ),
    ]);
  });
  return { head: ['median of runs', ...names], body };
}
