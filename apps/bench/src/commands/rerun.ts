import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InterruptedError } from '@cloze/models';
import { sayPrintable as say, stopSignals } from 'cloze/terminal';
import type { Command } from 'commander';
import { comparePredictions } from '../runs/compare-predictions.ts';
import { encoderOf } from '../runs/encoder-of.ts';
import { executeRun } from '../runs/execute-run.ts';
import { readPredictions, readRecord } from '../runs/run-record.ts';
import { runFolder } from '../runs/run-spec.ts';

/** Options of `bench rerun`. */
export interface RerunOptions {
  readonly data?: string;
  readonly encoder?: string;
  readonly out: string;
  readonly json: boolean;
}

/** Does a run again from its record and says whether the same came out. Exit code 1 when it did not. */
export async function rerunCommand(folder: string, { data, encoder, out, json }: RerunOptions): Promise<void> {
  const { spec, manifest, scores } = readRecord(folder);
  if (spec.data === 'folder' && data === undefined)
    throw new Error(`${folder} read a data folder: give it with --data.`);
  if (spec.encoder) {
    if (encoder === undefined) throw new Error(`${folder} began from an encoder: give it with --encoder.`);
    const { sha256 } = encoderOf(encoder);
    if (sha256 !== spec.encoder.sha256)
      throw new Error(
        `${encoder} is not the encoder of ${folder}: its weights' SHA-256 is ${sha256}, expected ${spec.encoder.sha256}.`,
      );
  }
  const again = runFolder(out, spec);
  if (resolve(again) === resolve(folder)) throw new Error(`--out ${out} would write over ${folder}; choose another.`);
  rmSync(join(again, 'manifest.json'), { force: true });
  try {
    await executeRun(
      spec,
      { folder: again, data: data && resolve(data), encoder, threads: manifest.engine.threads },
      { signal: stopSignals(say), say },
    );
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    say('stopped; the same command goes on.');
    process.exitCode = 1;
    return;
  }
  const repeated = readRecord(again);
  const changed = manifest.data.filter(
    (file) => !repeated.manifest.data.some(({ path, sha256 }) => path === file.path && sha256 === file.sha256),
  );
  for (const { path } of changed) say(`${path} is not the file of the first run.`);
  const [before, now] = [manifest, repeated.manifest].map(({ engine }) => `${engine.name} ${engine.version}`);
  if (before !== now) say(`the first run was on ${before}, this one on ${now}.`);
  const verdict = comparePredictions(
    { predictions: readPredictions(folder), scores },
    { predictions: readPredictions(again), scores: repeated.scores },
  );
  const figures = repeated.scores.map(({ set, metric, value }) => ({
    set,
    metric,
    first: scores.find((score) => score.set === set && score.metric === metric)?.value,
    again: value,
  }));
  if (json) process.stdout.write(`${JSON.stringify({ run: folder, verdict, figures })}\n`);
  else
    process.stdout.write(
      `${verdict}\n${figures.map(({ set, metric, first, again: value }) => `  ${set} ${metric}: ${first?.toFixed(4)} then ${value.toFixed(4)}\n`).join('')}`,
    );
  if (verdict === 'different') process.exitCode = 1;
}

/** Declares `bench rerun`. */
export function addRerun(program: Command): void {
  program
    .command('rerun')
    .description('do a run again from its record: identical, within noise, or different')
    .argument('<run>', "a run's folder")
    .option('--data <folder>', 'the data folder it read')
    .option('--encoder <folder>', 'the encoder it began from')
    .option('--out <folder>', 'where the second run goes', 'runs/again')
    .option('--json', 'one JSON object on stdout', false)
    .addHelpText(
      'after',
      '\nExample: pnpm bench rerun runs/r-drop/tnews.r-drop-1 --data DIR --encoder runs/pretrain/mlm-1/encoder',
    )
    .action(rerunCommand);
}
