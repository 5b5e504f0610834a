import type { ClueProblem, ClueRow, ClueTask, ReadRows } from '../clue-task.ts';
import { readLines } from '../rows/read-lines.ts';
import { answerForms } from './answer-forms.ts';
import { checkObject } from './check-object.ts';
import { type SubmissionFile, tabHeader } from './write-submission.ts';

/** What a line answers, and what its two parts are called. */
interface Answer {
  readonly id: unknown;
  readonly label: unknown;
  readonly names: readonly [id: string, label: string];
}

function jsonAnswer(content: string): Answer | string {
  let object: unknown;
  try {
    object = JSON.parse(content);
  } catch {
    return 'the line is no JSON';
  }
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return 'the line is no object';
  const { id, label } = object as { readonly id?: unknown; readonly label?: unknown };
  return { id, label, names: ['id', 'label'] };
}

function tabAnswer(content: string): Answer | string {
  const [id, label, ...more] = content.split('\t');
  if (label === undefined || more.length > 0) return 'the line is no index and prediction with a tab between';
  return { id, label, names: ['index', 'prediction'] };
}

/**
 * Everything that is wrong with a submission: name, number of lines, ids that are not the test file's in its order, labels that are
 * unknown or no strings. The scorer itself compares line by line and says nothing of these.
 *
 * @param read the test file the submission answers @returns empty when nothing is wrong
 */
export function checkSubmission(
  task: ClueTask,
  submission: SubmissionFile,
  read: ReadRows<ClueRow>,
): readonly ClueProblem[] {
  const { name, submissions } = task;
  const file = submission.name;
  const names = submissions.map((known) => known.file);
  const problems: ClueProblem[] = [];
  if (!names.includes(file))
    problems.push({ file, line: 0, reason: `the file of ${name} is named ${names.join(' or ') || 'nothing'}` });
  const { form, answers = 'label' } = submissions.find((known) => known.file === file) ?? {};
  const problemOf = (value: unknown) => answerForms[answers].problem(value, task);
  if (form === 'object') {
    for (const problem of checkObject(file, submission.text, read, problemOf)) problems.push(problem);
    return problems;
  }
  const tabs = form === 'tab-separated';
  const [header] = submission.text.split('\n', 1);
  if (tabs && header !== tabHeader)
    problems.push({ file, line: 1, reason: 'the first line is no header index, prediction with a tab between' });
  const text = tabs && header === tabHeader ? submission.text.slice(tabHeader.length + 1) : submission.text;
  const first = tabs ? 2 : 1;
  const given = readLines(
    text,
    file,
    (content, line) => {
      const parsed = tabs ? tabAnswer(content) : jsonAnswer(content);
      if (typeof parsed === 'string') return { problems: [parsed] };
      const { id, label, names: named } = parsed;
      const number = line - first;
      const row = read.rows[number];
      const wrong: string[] = [];
      if (row !== undefined) {
        const expected = row.id ?? number;
        // The official examples have numbers, published baselines strings.
        if (String(id) !== String(expected))
          wrong.push(
            `${named[0]} is ${JSON.stringify(id)}, ${tabs ? 'row' : 'line'} ${number + 1} of ${read.file} has ${JSON.stringify(tabs ? String(expected) : expected)}`,
          );
      }
      const reason = problemOf(label);
      if (reason !== undefined) wrong.push(`${named[1]} ${reason}`);
      return wrong.length > 0 ? { problems: wrong } : { row: line };
    },
    first,
  );
  for (const problem of given.problems) problems.push(problem);
  if (given.lines !== read.lines)
    problems.push({ file, line: 0, reason: `${given.lines} lines, ${read.file} has ${read.lines}` });
  return problems;
}
