import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Table } from '@cloze/datasets';
import { openTable } from '@cloze/datasets/node';
import { readSafetensors, safetensorsParts } from '@cloze/encoder';
import { openCheckpoints } from '@cloze/trainer';
import { nodeFiles } from '@cloze/trainer/node';
import { type FineTunePlace, type FineTuneRun, fineTune as fineTuneTables } from '../fine-tune/fine-tune.ts';
import type { FineTuneSettings } from '../fine-tune/settings.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import type { TaskModel } from '../model/task-model.ts';
import type { Row } from '../tasks/row.ts';
import type { Task } from '../tasks/task.ts';
import { noteEngine } from './engines-of-run.ts';
import { type FineTuneRecord, recordOf, writeRecord } from './fine-tune-record.ts';
import { machineMemory } from './machine-memory.ts';
import { type Saveable, saving } from './save-model.ts';
import { trainedTogether } from './trained-together.ts';

/** Rows of a file: a name or pattern (`reviews-*.csv.gz`), several, a table, or rows as they are. */
export type RowsSource = string | readonly string[] | Table | readonly Row[];

/** What is learnt from, and where the run is kept. */
export interface FineTuneFiles {
  readonly train: RowsSource;
  /** Default: `devShare` of train. */
  readonly dev?: RowsSource;
  /** Folder of checkpoints and of the record; a run that is there goes on. Default none: nothing is kept. */
  readonly output?: string;
}

/** A run whose model can be saved. */
export interface FineTuneFilesRun<T extends Task> extends Omit<FineTuneRun<T>, 'model'> {
  readonly model: TaskModel<T> & Saveable;
  /** What `output` keeps as `record.json`. */
  readonly record: FineTuneRecord;
}

const isNames = (rows: RowsSource): rows is string | readonly string[] =>
  typeof rows === 'string' || (Array.isArray(rows) && typeof rows[0] === 'string');

async function tableOf(rows: RowsSource): Promise<Table | readonly Row[]> {
  return isNames(rows) ? openTable(rows) : rows;
}

/**
 * Fine-tunes a model on files, and keeps the run in a folder: checkpoints that a second call goes on from, and a record of what came out.
 *
 * As `fineTune` of tables otherwise: the model given is not changed.
 *
 * @throws {TableError} for files that cannot be read, all problems at once {CheckpointError} when the folder holds another run
 */
export async function fineTune<const T extends Task>(
  model: LoadedModel,
  { train, dev, output: folder, ...settings }: FineTuneSettings<T> & FineTuneFiles,
  place: Omit<FineTunePlace, 'openCheckpoints'> = {},
): Promise<FineTuneFilesRun<T>> {
  const { say = () => {}, replicas } = place;
  // What is kept is rank 0's.
  const output = replicas && replicas.rank() > 0 ? undefined : folder;
  const [trainTable, devTable] = await Promise.all([tableOf(train), dev === undefined ? undefined : tableOf(dev)]);
  if (output !== undefined) await mkdir(output, { recursive: true });
  const { engine } = model;
  const enginesBefore = output === undefined ? [] : noteEngine(output, engine, say);
  const given = { ...settings, train: trainTable, dev: devTable } as FineTuneSettings<T> & {
    train: typeof trainTable;
    dev: typeof devTable;
  };
  const run = await fineTuneTables<T>(model, given, {
    memory: machineMemory(model.engine),
    ...place,
    ...(output !== undefined && {
      openCheckpoints: (part, retention) =>
        openCheckpoints({
          ...retention,
          folder: join(output, part),
          files: nodeFiles(),
          codec: { read: readSafetensors, write: safetensorsParts },
          saveTotalLimit: 1,
          warn: say,
        }),
    }),
  });
  const record = recordOf(run, {
    engine: `${engine.name} ${engine.version}`,
    enginesBefore,
    ...trainedTogether(replicas),
  });
  if (output !== undefined) writeRecord(output, record, run.trainings);
  const card = {
    what: `Fine-tuned for ${run.settings.task.kind}`,
    base: model.name,
    engine: record.engine,
    seed: run.settings.seeds[0] as number,
    settings: run.identity.settings,
    hashes: { train: run.identity.train, dev: run.identity.dev, 'weights it began from': run.identity.model },
    figures: run.dev,
  };
  return { ...run, record, model: { ...run.model, ...saving(run.model, card) } };
}
