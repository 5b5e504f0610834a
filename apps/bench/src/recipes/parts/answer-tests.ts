import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostTensor } from '@cloze/backend';
import { type ClueFile, type ClueRow, type ClueTask, writeSubmission } from '@cloze/datasets';
import { readTaskFile } from '@cloze/datasets/node';
import {
  benchmarkData,
  createTaskModel,
  type LoadedModel,
  type prepareTask,
  submissionAnswer,
  type Task,
  type TaskParameters,
} from '@cloze/models';
import type { Lab } from './lab.ts';

/** What was learnt of a task. */
interface Learnt {
  readonly benchmark: ClueTask;
  readonly task: Task;
  readonly prepared: ReturnType<typeof prepareTask<Task>>;
  readonly start: LoadedModel;
  readonly parameters: TaskParameters<HostTensor>;
  /** Longest row. */
  readonly length: number;
}

/** Writes the official file of every test set that the data folder has into the run's folder, where `cloze data submit` finds it. */
export async function answerTests(
  lab: Lab,
  { benchmark, task, prepared, start, parameters, length }: Learnt,
): Promise<void> {
  const { root } = lab.data;
  if (root === undefined) return;
  const { diagnosis } = benchmark;
  const there = (diagnosis ? [benchmark, diagnosis] : [benchmark]).flatMap((own) =>
    own.submissions.flatMap(({ test }) => (existsSync(join(root, own.folder, test)) ? [{ own, test }] : [])),
  );
  if (there.length === 0) return;
  const model = createTaskModel(start, prepared, task, parameters, Math.min(length, start.maximumLength));
  try {
    for (const { own, test } of there) {
      lab.data.read(`${own.folder}/${test}`);
      const read = readTaskFile(own, root, own.files.find(({ name }) => name === test) as ClueFile);
      const { rows } = benchmarkData(own, read.rows);
      const predictions = await model.predict(rows.map((row) => prepared.inputOf(row, () => {})));
      const answers = predictions.map((prediction, i) => submissionAnswer(read.rows[i] as ClueRow, prediction));
      const file = writeSubmission(own, read, answers, test);
      writeFileSync(join(lab.folder, file.name), file.text);
      lab.say(`${file.name}: ${answers.length} answers`);
    }
  } finally {
    model.dispose();
  }
}
