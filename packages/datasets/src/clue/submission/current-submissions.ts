import type { ClueSubmission, ClueTask } from '../clue-task.ts';

/** What is handed in for the current test sets: one file for each set of a name, or else the first; the others answer older test sets. */
export function currentSubmissions(task: ClueTask): readonly ClueSubmission[] {
  const { files, submissions } = task;
  const ofSets = submissions.filter(({ test }) => files.some(({ name, set }) => name === test && set !== undefined));
  return ofSets.length > 0 ? ofSets : submissions.slice(0, 1);
}
