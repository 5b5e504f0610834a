import type { ClueProblem, ClueRow, ClueTask, ReadRows } from '../clue-task.ts';
import { readLines } from '../rows/read-lines.ts';
import type { SubmissionFile } from './write-submission.ts';

/**
 * Everything that is wrong with a submission: name, number of lines, ids that are not the test file's in its order, labels that are
 * unknown or no strings. The scorer itself compares line by line and says nothing of these.
 *
 * @param read the test file the submission answers @returns empty when nothing is wrong
 */
export function checkSubmission(
  { name, labels, submissions }: ClueTask,
  submission: SubmissionFile,
  read: ReadRows<ClueRow>,
): readonly ClueProblem[] {
  const file = submission.name;
  const names = submissions.map((known) => known.file);
  const problems: ClueProblem[] = [];
  if (!names.includes(file))
    problems.push({ file, line: 0, reason: `the file of ${name} is named ${names.join(' or ') || 'nothing'}` });
  const given = readLines(submission.text, file, (content, line) => {
    let object: unknown;
    try {
      object = JSON.parse(content);
    } catch {
      return { problems: ['the line is no JSON'] };
    }
    if (typeof object !== 'object' || object === null || Array.isArray(object))
      return { problems: ['the line is no object'] };
    const { id, label } = object as { readonly id?: unknown; readonly label?: unknown };
    const row = read.rows[line - 1];
    const wrong: string[] = [];
    if (row !== undefined) {
      const expected = row.id ?? line - 1;
      // The official examples have numbers, published baselines strings.
      if (String(id) !== String(expected))
        wrong.push(`id is ${JSON.stringify(id)}, line ${line} of ${read.file} has ${JSON.stringify(expected)}`);
    }
    if (typeof label !== 'string') wrong.push(`label is ${JSON.stringify(label)}, expected a string`);
    else if (!labels.includes(label))
      wrong.push(`label is ${JSON.stringify(label)}, none of the ${labels.length} labels of ${name}`);
    return wrong.length > 0 ? { problems: wrong } : { row: line };
  });
  for (const problem of given.problems) problems.push(problem);
  if (given.lines !== read.lines)
    problems.push({ file, line: 0, reason: `${given.lines} lines, ${read.file} has ${read.lines}` });
  return problems;
}
