import type { ClueProblem, ClueTask, ReadOptions, ReadRows } from '../clue-task.ts';
import { checkClueRows } from '../duplicates/check-clue-rows.ts';
import { type Fields, readJsonLines } from '../rows/read-json-lines.ts';
import { type ChoiceRow, choiceProblems } from './c3.ts';
import { fewClueFiles } from './official-files.ts';

const gap = '#idiom#';
const numbered = /#idiom\d+#/g;

/** A row's text as it is asked: its own gap as `#idiom#`, the others as `…`. */
export const chidPassage = (row: Pick<ChoiceRow, 'id' | 'text'>): string =>
  row.text.replaceAll(numbered, (found) => (found === row.id ? gap : '…'));

/** Two candidates at least: of one there is nothing to choose. */
function candidatesOf(fields: Fields): readonly string[] {
  const choices = fields.texts('candidates');
  if (choices.length === 1) fields.problem('one candidate, expected at least two');
  return choices;
}

/** FewCLUE's form: one gap `#idiom#`. */
function oneGap(fields: Fields, labelled: boolean) {
  const content = fields.text('content');
  const choices = candidatesOf(fields);
  if (content !== '' && content.split(gap).length !== 2)
    fields.problem(`content has ${content.split(gap).length - 1} gaps ${gap}, expected 1`);
  const answer = fields.optionalWhole('answer');
  if (labelled && answer === undefined) fields.problem('answer is missing');
  if (answer !== undefined && answer >= choices.length && choices.length > 0)
    fields.problem(`answer is ${answer}, there are ${choices.length} candidates`);
  return [{ text: content, choices, ...(answer !== undefined && { answer }) }];
}

/** CLUE's form: a list of texts with any number of gaps `#idiom000123#`, each a row; the answers stand in a file of their own. */
function manyGaps(fields: Fields) {
  const choices = candidatesOf(fields);
  const found = fields
    .texts('content')
    .flatMap((text) => (text.match(numbered) ?? []).map((id) => ({ id, text, choices })));
  if (found.length === 0) fields.problem('content has no gap #idiom000000#');
  return found;
}

/** Rows of lines of either form. */
function readGaps(text: string, file: string, { labelled = true }: ReadOptions): ReadRows<ChoiceRow> {
  const read = readJsonLines(text, file, { labels: [], labelled: false }, (fields) => ({
    gaps: fields.isList('content') ? manyGaps(fields) : oneGap(fields, labelled),
  }));
  const rows = read.rows.flatMap(({ line, id, gaps }): ChoiceRow[] =>
    gaps.map((one) => ({ line, ...(id !== undefined && { id }), ...one })),
  );
  const flaws = rows.flatMap(({ line, choices }): ClueProblem[] =>
    choiceProblems(choices).map((reason) => ({ file, line, reason })),
  );
  return { ...read, lines: read.lines - read.rows.length + rows.length, rows, flaws };
}

const answerFiles = { train: 'train_answer.json', dev: 'dev_answer.json' };

/** ChID: which idiom fills a gap (Zheng et al. 2019), in FewCLUE's form and CLUE's. A row is a gap; of several in a text the row's `id` is the one asked for. */
export const chid: ClueTask<ChoiceRow> = {
  name: 'chid',
  title: 'which idiom fills a gap',
  kind: 'choice',
  folder: 'clue/chid',
  files: [
    ...fewClueFiles,
    { name: 'test1.1.json', split: 'test', labelled: false },
    { name: 'test1.0.json', split: 'test', labelled: false },
  ],
  companions: Object.values(answerFiles),
  answerFiles,
  labels: [],
  metrics: ['accuracy'],
  submissions: [
    { file: 'chid11_predict.json', test: 'test1.1.json', form: 'object', answers: 'index' },
    { file: 'chid10_predict.json', test: 'test1.0.json', form: 'object', answers: 'index' },
  ],
  read: (text, file, options = {}) => readGaps(text, file, options),
  withAnswers: (rows, answers) => withChidAnswers(rows, JSON.parse(answers) as Readonly<Record<string, number>>),
  texts: ({ text, choices }) => [choices.join('\n'), text],
  target: ({ choices, answer }) => (answer === undefined ? undefined : choices[answer]),
};

/**
 * Rows of CLUE's ChID with the answers of `train_answer.json` or `dev_answer.json`: an object of gap to index.
 *
 * @throws {TypeError} for what are no rows {RangeError} naming every gap without an answer, answers without a gap, and indices beyond the candidates
 */
export function withChidAnswers(
  rows: readonly ChoiceRow[],
  answers: Readonly<Record<string, number>>,
): readonly ChoiceRow[] {
  checkClueRows('withChidAnswers', rows);
  const gaps = new Set(rows.map(({ id }) => String(id)));
  const wrong = [
    ...rows.flatMap(({ id, choices }) => {
      const answer = answers[String(id)];
      if (answer === undefined) return [`${id} has no answer`];
      return Number.isSafeInteger(answer) && answer >= 0 && answer < choices.length
        ? []
        : [`${id} has the answer ${answer} of ${choices.length} candidates`];
    }),
    ...Object.keys(answers).flatMap((id) => (gaps.has(id) ? [] : [`${id} is no gap`])),
  ];
  if (wrong.length > 0)
    throw new RangeError(
      `withChidAnswers: ${wrong.length} problems: ${wrong.slice(0, 20).join('; ')}${wrong.length > 20 ? '; …' : ''}.`,
    );
  return rows.map((row) => ({ ...row, answer: answers[String(row.id)] as number }));
}
