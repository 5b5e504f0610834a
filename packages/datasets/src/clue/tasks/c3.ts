import type { ClueFile, ClueRow, ClueTask } from '../clue-task.ts';
import { listedOrMissing } from '../listed-or-missing.ts';
import { fieldsOf, isObject } from '../rows/read-json-lines.ts';
import { readJsonDocument } from './json-document.ts';

/** A text, a question on it and what may answer it. */
export interface ChoiceRow extends ClueRow {
  readonly text: string;
  /** Absent where the text itself has the gap. */
  readonly question?: string;
  readonly choices: readonly string[];
  /** Index of the right one. */
  readonly answer?: number;
}

const filesOf = (prefix: string): readonly ClueFile[] => [
  { name: `${prefix}-train.json`, split: 'train', labelled: true, set: 'c3' },
  { name: `${prefix}-dev.json`, split: 'dev', labelled: true, set: 'c3' },
];

/** What choices lack. */
export function choiceProblems(choices: readonly string[]): string[] {
  const twice = choices.filter((choice, i) => choices.indexOf(choice) !== i);
  return twice.map((choice) => `the choice ${JSON.stringify(choice)} stands twice`);
}

/** C3: multiple choice on dialogues (`d-`) and other texts (`m-`), two to four choices a question (Sun et al. 2020). A row is a question. */
export const c3: ClueTask<ChoiceRow> = {
  name: 'c3',
  title: 'questions on dialogues and texts, two to four choices',
  kind: 'choice',
  folder: 'clue/c3',
  files: [
    ...filesOf('d'),
    ...filesOf('m'),
    { name: 'test.json', split: 'test', labelled: false },
    { name: 'test1.1.json', split: 'test', labelled: false },
    { name: 'test1.0.json', split: 'test', labelled: false },
  ],
  labels: [],
  metrics: ['accuracy'],
  submissions: [
    { file: 'c311_predict.json', test: 'test1.1.json', answers: 'index' },
    { file: 'c310_predict.json', test: 'test1.0.json', answers: 'index' },
  ],
  read: (text, file, { labelled = true } = {}) =>
    readJsonDocument<ChoiceRow>(text, file, (value) => {
      if (!Array.isArray(value))
        return 'the file is no list, expected [[["line", …], [{"question", "choice", "answer"}], "id"], …]';
      return value.flatMap((document: unknown) => {
        const [passage, questions] = Array.isArray(document) ? document : [];
        return listedOrMissing(questions).map((one: unknown) => (line: number) => {
          const problems: string[] = [];
          const lines = fieldsOf({ passage }, problems).texts('passage');
          const own = isObject(one) ? one : {};
          const fields = fieldsOf(own, problems);
          const question = fields.text('question');
          const choices = fields.texts('choice');
          const given = fields.optionalText('answer');
          const answer = given === undefined ? -1 : choices.indexOf(given);
          if (labelled && given === undefined) problems.push('answer is missing');
          if (given !== undefined && answer < 0 && choices.length > 0)
            problems.push(`answer is ${JSON.stringify(given)}, none of the choices ${choices.join(', ')}`);
          if (choices.length === 1) problems.push('one choice, expected at least two');
          const id = Number.isSafeInteger(own.id) ? (own.id as number) : undefined;
          const row = { line, ...(id !== undefined && { id }), text: lines.join('\n'), question, choices };
          return { row: { ...row, ...(answer >= 0 && { answer }) }, problems, flaws: choiceProblems(choices) };
        });
      });
    }),
  texts: ({ text, question = '', choices }) => [`${question}\n${choices.join('\n')}`, text],
  target: ({ choices, answer }) => (answer === undefined ? undefined : choices[answer]),
};
