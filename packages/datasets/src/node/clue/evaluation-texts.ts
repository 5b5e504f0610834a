import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { benchmarkTasks, type ClueTask, normaliseText } from '../../index.ts';
import { readTaskFile } from './read-task-file.ts';

/**
 * Every text of the dev and test files that are there, after `normaliseText`: leave documents that are among them out of a corpus, or
 * a model is pretrained on what it is judged by.
 */
export function evaluationTexts(data: string, tasks: readonly ClueTask[] = benchmarkTasks): ReadonlySet<string> {
  const texts = new Set<string>();
  for (const task of tasks) {
    for (const file of task.files) {
      if ((file.split !== 'dev' && file.split !== 'test') || !existsSync(join(data, task.folder, file.name))) continue;
      for (const row of readTaskFile(task, data, file).rows)
        for (const text of task.texts(row)) texts.add(normaliseText(text));
    }
  }
  return texts;
}
