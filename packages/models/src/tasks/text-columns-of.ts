import type { Task } from './task.ts';

/** Columns whose contents make two rows the same to a reader: what is read, not what is learnt. */
export function textColumnsOf(task: Task): readonly string[] {
  switch (task.kind) {
    case 'tokens':
      return [task.words];
    case 'span':
      return [task.question, task.context];
    case 'choice':
      return [task.text, ...task.choices];
    case 'generation':
      return [task.source];
    default:
      return task.pair === undefined ? [task.text] : [task.text, task.pair];
  }
}
