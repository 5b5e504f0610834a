import type { Task } from './task.ts';

/** Columns whose contents make two rows the same to a reader: what is read, not what is learnt. */
export function textColumnsOf(task: Task): readonly string[] {
  switch (task.kind) {
    case 'tokens':
      return [task.words];
    case 'span':
      return [task.question, task.context];
    case 'choice':
      return [task.text, ...[task.choices].flat()];
    case 'generation':
      return [task.source];
    default:
      return task.pair === undefined ? [task.text] : [task.text, task.pair];
  }
}

/** Columns of what is learnt. */
function targetColumnsOf(task: Task): readonly (string | undefined)[] {
  switch (task.kind) {
    case 'classification':
    case 'choice':
      return [task.label];
    case 'multi-label':
      return [task.labels];
    case 'regression':
      return [task.value];
    case 'tokens':
      return [task.tags];
    case 'span':
      return [task.answer, task.start];
    case 'sentence-vectors':
      return [task.score];
    case 'generation':
      return [task.target];
  }
}

/** Every column that a task names. */
export const columnsOf = (task: Task): readonly string[] =>
  [...textColumnsOf(task), ...targetColumnsOf(task)].filter((column) => column !== undefined);
