import type { ClueRow, ClueTask } from '../clue-task.ts';
import { listedOrMissing } from '../listed-or-missing.ts';
import { fieldsOf, isObject } from '../rows/read-json-lines.ts';
import { codePointPlaces } from './code-point-places.ts';
import { readJsonDocument } from './json-document.ts';
import { clueFiles } from './official-files.ts';

/** What one annotator answered. */
export interface SpanAnswer {
  readonly text: string;
  /** UTF-16 index in the context; absent where the answer does not stand where the file says. */
  readonly start?: number;
}

/** A question and the text that answers it. */
export interface SpanRow extends ClueRow {
  readonly question: string;
  readonly context: string;
  /** Empty in test files, and where `impossible`. */
  readonly answers: readonly SpanAnswer[];
  /** Whether the text has no answer (`is_impossible`). */
  readonly impossible?: boolean;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/**
 * CMRC2018: the part of a text that answers a question (Cui et al. 2019), in SQuAD's layout; its indices count code points.
 *
 * An answer that does not stand where the file says is a flaw, which is named; its question is a row all the same, as EM and F1 read answers as texts.
 */
export const cmrc2018: ClueTask<SpanRow> = {
  name: 'cmrc2018',
  title: 'the part of a text that answers a question',
  kind: 'span',
  folder: 'clue/cmrc2018',
  files: [...clueFiles, { name: 'trial.json', split: 'test', labelled: true }],
  labels: [],
  metrics: ['f1', 'exactMatch'],
  submissions: [{ file: 'cmrc2018_predict.json', test: 'test.json', form: 'object', answers: 'text' }],
  read: (text, file, { labelled = true } = {}) =>
    readJsonDocument<SpanRow>(text, file, (value) => {
      const articles = isObject(value) && Array.isArray(value.data) ? value.data : undefined;
      if (!articles) return 'the file has no list data, expected {"data": [{"paragraphs": [{"context", "qas"}]}]}';
      return articles.flatMap((article) =>
        listedOrMissing(isObject(article) ? article.paragraphs : undefined).flatMap((paragraph) => {
          const passage = isObject(paragraph) ? paragraph : {};
          const given = typeof passage.context === 'string' ? passage.context : '';
          const places = codePointPlaces(given);
          return listedOrMissing(passage.qas).map((qa) => (line: number) => {
            const problems: string[] = [];
            const context = fieldsOf(passage, problems).text('context');
            const own = isObject(qa) ? qa : {};
            const fields = fieldsOf(own, problems);
            const [id, question] = [fields.text('id'), fields.text('question')];
            const impossible = own.is_impossible === true;
            const flaws: string[] = [];
            const answers = listOf(own.answers).map((answer, i): SpanAnswer => {
              const inside = fieldsOf(isObject(answer) ? answer : {}, problems, `answers[${i}].`);
              const found = inside.text('text');
              // The official files write −1 for an answer they did not find.
              const at = inside.raw('answer_start') === -1 ? -1 : inside.whole('answer_start');
              const start = places[at];
              if (start !== undefined && context.startsWith(found, start)) return { text: found, start };
              const other = context.indexOf(found);
              flaws.push(
                `answers[${i}] of ${id}, ${JSON.stringify(found)}, ${other < 0 ? 'is not in the passage' : `does not stand at ${at}, but at ${places.indexOf(other)}`}`,
              );
              return { text: found };
            });
            if (labelled && !impossible && answers.length === 0) problems.push('answers are missing');
            const row = { line, id, question, context, answers, ...(impossible && { impossible }) };
            return { row, problems, flaws };
          });
        }),
      );
    }),
  texts: ({ question, context }) => [question, context],
  target: ({ answers }) => answers[0]?.text,
};
