import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recipeOf } from '../recipes/all-recipes.ts';
import { sha256 } from './canonical-json.ts';
import { type CompactRecord, expandRecord } from './compact-record.ts';
import { isFinished, type RunRecord, readPredictions, readRecord } from './run-record.ts';
import { specHash } from './run-spec.ts';
import { type Score, scoreSet } from './score-set.ts';

/** Examples are kept to four digits: figures computed from them again may differ by as much. */
const tolerance = 1e-4;

/** What is wrong with a record's settings: another spec than the manifest was written for, or one that the recipe does not take. */
function settingProblems({ spec, manifest }: Pick<RunRecord, 'spec' | 'manifest'>): string[] {
  const problems: string[] = [];
  const { drawn = [] } = manifest;
  if (drawn.length > 0)
    problems.push(`the run used weights drawn at random, which its encoder lacks: ${drawn.join(', ')}`);
  if (specHash(spec) !== manifest.spec) problems.push('the spec is not the one the manifest was written for');
  const { success, error } = recipeOf(spec.recipe).settings.safeParse(spec.settings);
  if (!success) problems.push(`the settings do not fit the recipe any more: ${error.message}`);
  return problems;
}

/** Everything wrong with a committed record, which has no predictions: settings, and figures that are not the mean of what each example adds. */
export function verifyCompactRecord(path: string): string[] {
  const record = expandRecord(path, JSON.parse(readFileSync(path, 'utf8')) as CompactRecord);
  const figures = record.scores.flatMap(({ set, metric, value, n, examples, weights }) => {
    if (examples.length === 0) return [];
    if (examples.length !== n) return [`${set}, ${metric}: ${examples.length} examples, n is ${n}`];
    const total = weights ? weights.reduce((a, b) => a + b, 0) : n;
    const mean = examples.reduce((sum, example, i) => sum + example * (weights?.[i] ?? 1), 0) / total;
    const near = Math.abs(mean - value) <= tolerance * Math.max(1, Math.abs(value));
    return near ? [] : [`${set}, ${metric}: the figure is ${value}, its examples give ${mean}`];
  });
  return [...settingProblems(record), ...figures];
}

/** Everything wrong with a run's record: files that are missing or changed, settings that do not fit, scores that predictions do not give. */
export function verifyRun(folder: string): string[] {
  if (!existsSync(join(folder, 'spec.json'))) return [`${folder} is no run: spec.json is missing`];
  if (!isFinished(folder)) return ['the run is not finished: manifest.json is missing'];
  const { spec, manifest, scores } = readRecord(folder);
  const problems: string[] = [];
  for (const [name, expected] of Object.entries(manifest.files)) {
    const path = join(folder, name);
    if (!existsSync(path)) problems.push(`${name} is missing`);
    else if (sha256(readFileSync(path)) !== expected)
      problems.push(`${name} is not what the manifest says: it was changed`);
  }
  for (const problem of settingProblems({ spec, manifest })) problems.push(problem);
  const predictions = readPredictions(folder);
  const given = predictions?.flatMap(scoreSet);
  const agrees = (score: Score, other: Score | undefined) =>
    other?.n === score.n && Math.abs(other.value - score.value) <= tolerance * Math.max(1, Math.abs(score.value));
  const isGiven = (score: Score) =>
    agrees(
      score,
      given?.find(({ set, metric }) => set === score.set && metric === score.metric),
    );
  if (given && !(given.length === scores.length && scores.every(isGiven)))
    problems.push('scores.json is not what the predictions give');
  return problems;
}
