import { glueTasks } from '../glue/glue-tasks.ts';
import type { ClueTask } from './clue-task.ts';
import { clueTasks, otherTasks, readingTasks } from './clue-tasks.ts';

/** Every task whose files are known: CLUE's and FewCLUE's, GLUE's, and others'. */
export const benchmarkTasks: readonly ClueTask[] = [...clueTasks, ...readingTasks, ...glueTasks, ...otherTasks];
