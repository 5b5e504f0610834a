import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { specHash } from '@cloze/sweeps/node';
import type { z } from 'zod';
import type { StepLine } from '../recipes/parts/lab.ts';
import type { PredictionSet } from '../recipes/parts/prediction-set.ts';
import { readText } from './read-text.ts';
import {
  manifestSchema,
  predictionSchema,
  problemsOf,
  scoreFileSchema,
  specSchema,
  stepSchema,
} from './record-schema.ts';
import type { RecipeRun, RunSpec } from './run-spec.ts';

/** What a run says of itself when it is done; written last, so that a folder with a manifest is a finished run. */
export type Manifest = z.infer<typeof manifestSchema>;

/** Figures with what each example adds, so that tests need nothing else. */
export type ScoreFile = z.infer<typeof scoreFileSchema>;

/** A finished run, read. */
export interface RunRecord extends ScoreFile {
  readonly folder: string;
  readonly spec: RunSpec;
  readonly manifest: Manifest;
  readonly steps: readonly StepLine[];
}

/** Files of a record that every run has. */
export const everyRunHas = ['spec.json', 'steps.jsonl', 'predictions.jsonl', 'scores.json'] as const;

/** Whether a value fits; it stays as it is, for a hash of what was read is that of the file. */
const fits = <S extends z.ZodType>(value: unknown, schema: S): value is z.output<S> => schema.safeParse(value).success;

function parsed<S extends z.ZodType>(text: string, where: string, schema: S): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${where} is torn: ${error instanceof Error ? error.message : error}.`);
  }
  if (fits(value, schema)) return value;
  throw new Error(`${where} is no record's: ${problemsOf(schema.safeParse(value).error)}.`);
}

/** A JSON file of a record. @throws {Error} naming the file, and what in it does not fit */
export const readJson = <S extends z.ZodType>(path: string, schema: S): z.output<S> =>
  parsed(readText(path), path, schema);

/** A file of JSON lines. @throws {Error} naming file and line, for one that is torn or does not fit */
export function readJsonLines<S extends z.ZodType>(path: string, schema: S): z.output<S>[] {
  const lines = readText(path).split('\n');
  if (lines.pop() !== '') throw new Error(`${path}, line ${lines.length + 1} is torn: it does not end.`);
  return lines.map((line, i) => parsed(line, `${path}, line ${i + 1}`, schema));
}

/**
 * Whether a run's folder holds its record.
 *
 * @throws {Error} where its manifest is torn, or was written for another spec
 */
export function isFinished({ folder, spec }: RecipeRun): boolean {
  if (!existsSync(join(folder, 'manifest.json'))) return false;
  if (readManifest(folder).spec !== specHash(spec))
    throw new Error(`${folder} holds a finished run with other settings; choose another --out, or remove it.`);
  return true;
}

/** `spec.json` of a run. @throws {Error} where it is missing, torn or no record's */
export const readSpec = (folder: string): RunSpec => readJson(join(folder, 'spec.json'), specSchema);

/** `manifest.json` of a run. @throws {Error} where it is missing, torn or no record's */
export const readManifest = (folder: string): Manifest => readJson(join(folder, 'manifest.json'), manifestSchema);

/** `scores.json` of a run. @throws {Error} where it is missing, torn or no record's */
export const readScores = (folder: string): ScoreFile => readJson(join(folder, 'scores.json'), scoreFileSchema);

/** `steps.jsonl` of a run. @throws {Error} naming the line that is torn or no record's */
export const readSteps = (folder: string): StepLine[] => readJsonLines(join(folder, 'steps.jsonl'), stepSchema);

/** Reads a finished run. @throws {Error} naming the file that is missing, torn or no record's */
export const readRecord = (folder: string): RunRecord => ({
  folder,
  spec: readSpec(folder),
  manifest: readManifest(folder),
  steps: readSteps(folder),
  ...readScores(folder),
});

/** Reads the predictions of a run; records that were committed have none. @throws {Error} naming file and line */
export function readPredictions(folder: string): PredictionSet[] | undefined {
  const path = join(folder, 'predictions.jsonl');
  if (!existsSync(path)) return undefined;
  const sets = new Map<string, { name: string; kind: string; lines: unknown[] }>();
  for (const [i, { set, kind, ...rest }] of readJsonLines(path, predictionSchema).entries()) {
    const known = sets.get(set) ?? { name: set, kind, lines: [] };
    if (known.kind !== kind) throw new Error(`${path}, line ${i + 1}: '${set}' is of kind ${known.kind}, not ${kind}.`);
    sets.set(set, known);
    known.lines.push(rest);
  }
  // Each line was checked to be of its set's kind.
  return [...sets.values()] as PredictionSet[];
}
