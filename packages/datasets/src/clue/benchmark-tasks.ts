import { glueTasks } from '../glue/glue-tasks.ts';
import type { ClueTask } from './clue-task.ts';
import { clueTasks, otherTasks } from './clue-tasks.ts';

/** Every task whose files are known: CLUE's and FewCLUE's, GLUE's, and others'. */
export const benchmarkTasks: readonly ClueTask[] = [...clueTasks, ...glueTasks, ...otherTasks];
