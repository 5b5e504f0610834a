import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recipeOf } from '../recipes/all-recipes.ts';
import { canonicalJson, sha256 } from './canonical-json.ts';
import { isFinished, readPredictions, readRecord } from './run-record.ts';
import { specHash } from './run-spec.ts';
import { scoreSet } from './score-set.ts';

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
  if (specHash(spec) !== manifest.spec) problems.push('spec.json is not the one the manifest was written for');
  const { success, error } = recipeOf(spec.recipe).settings.safeParse(spec.settings);
  if (!success) problems.push(`the settings do not fit the recipe any more: ${error.message}`);
  const predictions = readPredictions(folder);
  if (predictions && canonicalJson(predictions.flatMap(scoreSet)) !== canonicalJson(scores))
    problems.push('scores.json is not what the predictions give');
  return problems;
}
