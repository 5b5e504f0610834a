import type { ClueSubmission, ClueTask } from '../clue-task.ts';

/**
 * Which submission of a task answers a test file, default the current test set's.
 *
 * @throws {RangeError} when nothing can be handed in for the task, or not for that file
 */
export function submissionOf(
  { name, submissions }: ClueTask,
  test: string | undefined = submissions[0]?.test,
): ClueSubmission {
  const found = submissions.find((submission) => submission.test === test);
  if (found) return found;
  const known = submissions.map((submission) => submission.test).join(', ');
  throw new RangeError(
    known === ''
      ? `${name}: there is nowhere to hand predictions in.`
      : `${name}: predictions are handed in for ${known}, not for ${test}.`,
  );
}
