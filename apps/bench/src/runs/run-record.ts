import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadFile } from '../recipes/parts/data-folder.ts';
import type { StepLine } from '../recipes/parts/lab.ts';
import type { PredictionSet } from '../recipes/parts/prediction-set.ts';
import type { RunSpec } from './run-spec.ts';
import type { Score } from './score-set.ts';

/** What a run says of itself when it is done; written last, so that a folder with a manifest is a finished run. */
export interface Manifest {
  readonly schema: 1;
  /** Hash of `spec.json`. */
  readonly spec: string;
  readonly commit: string;
  /** Whether the working tree differed from the commit. */
  readonly dirty: boolean;
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly engine: { readonly name: string; readonly version: string; readonly threads: number };
  readonly data: readonly ReadFile[];
  readonly started: string;
  readonly finished: string;
  readonly seconds: number;
  /** Times the run was taken up again. */
  readonly resumed: number;
  /** Names of weights that were drawn at random because the encoder's file lacks them; absent where all were read. */
  readonly drawn?: readonly string[];
  /** Hashes of the other files of the record. */
  readonly files: Readonly<Record<string, string>>;
}

/** `scores.json`: figures with what each example adds, so that tests need nothing else. */
export interface ScoreFile {
  readonly scores: readonly Score[];
  readonly measures: Readonly<Record<string, number>>;
  readonly extras?: Readonly<Record<string, unknown>>;
}

/** A finished run, read. */
export interface RunRecord extends ScoreFile {
  readonly folder: string;
  readonly spec: RunSpec;
  readonly manifest: Manifest;
  readonly steps: readonly StepLine[];
}

const json = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : error}`);
  }
};

/** Whether a folder holds a finished run. */
export const isFinished = (folder: string): boolean => existsSync(join(folder, 'manifest.json'));

/** Reads a finished run. @throws naming the file that is missing or torn */
export function readRecord(folder: string): RunRecord {
  const steps = existsSync(join(folder, 'steps.jsonl'))
    ? readFileSync(join(folder, 'steps.jsonl'), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as StepLine)
    : [];
  return {
    folder,
    spec: json(join(folder, 'spec.json')) as RunSpec,
    manifest: json(join(folder, 'manifest.json')) as Manifest,
    steps,
    ...(json(join(folder, 'scores.json')) as ScoreFile),
  };
}

/** Reads the predictions of a run; records that were committed have none. */
export function readPredictions(folder: string): PredictionSet[] | undefined {
  const path = join(folder, 'predictions.jsonl');
  if (!existsSync(path)) return undefined;
  const sets = new Map<string, { name: string; kind: string; lines: unknown[] }>();
  for (const line of readFileSync(path, 'utf8').split('\n').filter(Boolean)) {
    const { set, kind, ...rest } = JSON.parse(line) as { set: string; kind: string };
    if (!sets.has(set)) sets.set(set, { name: set, kind, lines: [] });
    sets.get(set)?.lines.push(rest);
  }
  return [...sets.values()] as PredictionSet[];
}
