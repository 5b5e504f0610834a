import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, recordFiles, sealOf, sha256, specHash } from '@cloze/sweeps/node';
import { hashFile } from 'cloze/terminal';
import { recipeOf } from '../recipes/all-recipes.ts';
import { readCompactRecord } from './compact-record.ts';
import { logProblems } from './log-problems.ts';
import {
  everyRunHas,
  type Manifest,
  type RunRecord,
  readManifest,
  readPredictions,
  readScores,
  readSpec,
  readSteps,
} from './run-record.ts';

import { scoreText } from './score-file.ts';
import { type Score, scoreSet } from './score-set.ts';

/** Examples are kept to four digits: figures computed from them again may differ by as much. */
const tolerance = 1e-4;

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

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

/** A manifest that is not as it was written. */
const sealProblems = (manifest: Manifest): string[] =>
  manifest.schema === 2 && manifest.seal !== sealOf(manifest)
    ? ['manifest.json is not as it was written: its seal differs']
    : [];

/**
 * Everything wrong with a committed record, which has no predictions: settings, the hash of its scores, and figures that are not the mean of what
 * each example adds.
 */
export function verifyCompactRecord(path: string): string[] {
  try {
    const record = readCompactRecord(path);
    const { spec, manifest } = record;
    const figures = record.scores.flatMap(({ set, metric, value, n, examples, weights }) => {
      if (examples.length === 0) return [];
      if (examples.length !== n) return [`${set}, ${metric}: ${examples.length} examples, n is ${n}`];
      const total = weights ? weights.reduce((a, b) => a + b, 0) : n;
      const mean = examples.reduce((sum, example, i) => sum + example * (weights?.[i] ?? 1), 0) / total;
      const near = Math.abs(mean - value) <= tolerance * Math.max(1, Math.abs(value));
      return near ? [] : [`${set}, ${metric}: the figure is ${value}, its examples give ${mean}`];
    });
    const hashes = [
      ['spec.json', `${canonicalJson(spec)}\n`],
      ['scores.json', scoreText(record)],
    ] as const;
    const changed = hashes.flatMap(([name, text]) =>
      manifest.files[name] === sha256(text) ? [] : [`what ${name} held is not what the manifest says: it was changed`],
    );
    return [...sealProblems(manifest), ...settingProblems(record), ...changed, ...figures];
  } catch (error) {
    return [reasonOf(error)];
  }
}

/** Files that are missing, changed, or nowhere named. */
async function fileProblems(folder: string, { schema, files }: Manifest): Promise<string[]> {
  const problems: string[] = [];
  for (const name of everyRunHas) if (!Object.hasOwn(files, name)) problems.push(`the manifest does not name ${name}`);
  for (const [name, expected] of Object.entries(files)) {
    const path = join(folder, name);
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) problems.push(`${name} is missing`);
    else if ((await hashFile(path)).sha256 !== expected)
      problems.push(`${name} is not what the manifest says: it was changed`);
  }
  const others = recordFiles(folder).filter((name) => !Object.hasOwn(files, name));
  if (others.length > 0)
    problems.push(
      schema === 1
        ? `${others.join(', ')}: not named by the manifest, which was written before all files were; run it again for a record that can be verified`
        : `${others.join(', ')}: not of the record, the manifest does not name ${others.length === 1 ? 'it' : 'them'}`,
    );
  return problems;
}

function scoreProblems(folder: string, scores: readonly Score[]): string[] {
  const given = readPredictions(folder)?.flatMap(scoreSet);
  const agrees = (score: Score, other: Score | undefined) =>
    other?.n === score.n && Math.abs(other.value - score.value) <= tolerance * Math.max(1, Math.abs(score.value));
  const isGiven = (score: Score) =>
    agrees(
      score,
      given?.find(({ set, metric }) => set === score.set && metric === score.metric),
    );
  return given && !(given.length === scores.length && scores.every(isGiven))
    ? ['scores.json is not what the predictions give']
    : [];
}

/**
 * Everything wrong with a run's record: files that are missing, changed or not of it, a manifest or log that is not whole, settings that do not fit,
 * scores that predictions do not give.
 */
export async function verifyRun(folder: string): Promise<string[]> {
  const has = (name: string) => existsSync(join(folder, name));
  if (!has('spec.json') && !has('manifest.json')) return [`${folder} is no run: spec.json is missing`];
  if (!has('manifest.json')) return ['the run is not finished: manifest.json is missing'];
  const problems: string[] = [];
  // What cannot be read does not keep the rest from being looked at; a file that is missing is told with the files.
  const looked = <T>(name: string, look: () => T): T | undefined => {
    try {
      return has(name) ? look() : undefined;
    } catch (error) {
      problems.push(reasonOf(error));
      return undefined;
    }
  };
  const manifest = looked('manifest.json', () => readManifest(folder));
  if (!manifest) return problems;
  for (const problem of [...sealProblems(manifest), ...(await fileProblems(folder, manifest))]) problems.push(problem);
  const spec = looked('spec.json', () => readSpec(folder));
  if (spec)
    for (const problem of looked('spec.json', () => settingProblems({ spec, manifest })) ?? []) problems.push(problem);
  const steps = looked('steps.jsonl', () => readSteps(folder));
  if (steps && manifest.schema === 2)
    for (const problem of logProblems(steps, manifest.log ?? {})) problems.push(problem);
  const scores = looked('scores.json', () => readScores(folder).scores);
  if (scores)
    for (const problem of looked('predictions.jsonl', () => scoreProblems(folder, scores)) ?? [])
      problems.push(problem);
  return problems;
}
