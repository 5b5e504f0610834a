import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folders of runs below a root, by recipe and run. */
export const runsBelow = (root: string): string[] =>
  readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(join(root, name)).map((run) => join(name, run)))
    .sort();

/** What a run computed, without what a clock or a machine says. */
function computed(folder: string): string {
  const { scores } = JSON.parse(readFileSync(join(folder, 'scores.json'), 'utf8'));
  const steps = readFileSync(join(folder, 'steps.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ phase, step, loss }) => [phase, step, loss]);
  const predictions = readFileSync(join(folder, 'predictions.jsonl'), 'utf8');
  return JSON.stringify({ spec: readFileSync(join(folder, 'spec.json'), 'utf8'), predictions, scores, steps });
}

/** What differs between the records of two sweeps: runs that one lacks, that are not finished, or that computed something else. */
export function compareRuns(one: string, other: string): string[] {
  const [first, second] = [runsBelow(one), runsBelow(other)];
  const missing = first.filter((run) => !second.includes(run)).map((run) => `${run} is missing`);
  const more = second.filter((run) => !first.includes(run)).map((run) => `${run} is more than was asked`);
  const differing = first
    .filter((run) => second.includes(run))
    .flatMap((run) => {
      if (!existsSync(join(other, run, 'manifest.json'))) return [`${run} is not finished`];
      return computed(join(one, run)) === computed(join(other, run)) ? [] : [`${run} computed something else`];
    });
  return [...missing, ...more, ...differing];
}
