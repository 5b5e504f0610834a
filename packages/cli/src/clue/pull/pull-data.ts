import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { benchmarkTasks, type ClueTask } from '@cloze/datasets';
import { nodeFiles } from '@cloze/trainer/node';
import { type PulledSource, type PullOptions, partialName, pullSource } from './pull-source.ts';
import type { DataSource } from './sources.ts';

/** A source that could not be brought in. */
export interface PullProblem {
  readonly kind: 'problem';
  readonly task: string;
  readonly url: string;
  readonly reason: string;
}

/**
 * Brings sources into a data folder, one after the other; what fails is yielded, and the others are gone on with.
 *
 * @throws when another pull is at work in the folder, or when the signal is raised
 */
export async function* pullData(
  data: string,
  sources: readonly DataSource[],
  optionsOf: (source: DataSource, number: number) => PullOptions,
): AsyncGenerator<PulledSource | PullProblem> {
  const partial = join(data, partialName);
  await mkdir(partial, { recursive: true });
  const release = await nodeFiles().lock(partial);
  try {
    for (const [number, source] of sources.entries()) {
      const task = benchmarkTasks.find(({ name }) => name === source.task) as ClueTask;
      const options = optionsOf(source, number);
      options.signal.throwIfAborted();
      try {
        yield await pullSource(data, task, source, options);
      } catch (error) {
        options.signal.throwIfAborted();
        yield { kind: 'problem', task: source.task, url: source.url, reason: (error as Error).message };
      }
    }
  } finally {
    await release();
    // Parts of interrupted downloads stay, to be gone on with.
    await rmdir(partial).catch(() => {});
  }
}
