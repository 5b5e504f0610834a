import {
  type ChoiceRow,
  type ClueRow,
  type ClueTask,
  chidPassage,
  cluenerLabel,
  type EntityRow,
  entityTags,
  type SpanRow,
  type TaggedRow,
} from '@cloze/datasets';
import { entitySpans } from '@cloze/eval';
import type { Row } from './row.ts';
import { choice, classification, generation, regression, span, type Task, tokens } from './task.ts';
import type { PredictionOf } from './task-kinds.ts';

/** A benchmark's rows as `fineTune` reads them. */
export interface BenchmarkData {
  readonly task: Task;
  readonly rows: readonly Row[];
}

/** Words and tags of a row: those it has, or entities as BIO tags of characters. */
function taggedOf(row: ClueRow): TaggedRow {
  if ('words' in row) return row as TaggedRow;
  const { line, text, entities = [] } = row as EntityRow;
  const { words, tags } = entityTags(text, entities);
  return { line, words, tags };
}

/** A choice's text and candidates; a question stands before each candidate, where cutting the text leaves it. */
function choiceOf(row: ClueRow): Row {
  const { question, choices, answer, ...own } = row as ChoiceRow;
  return {
    text: chidPassage(own),
    choices: question === undefined ? choices : choices.map((one) => `${question} ${one}`),
    ...(answer !== undefined && { label: String(answer) }),
  };
}

/**
 * Rows of a task of CLUE, GLUE or their like as a task of own columns: what `fineTune`, `evaluate` and a task model's `predict` take.
 *
 * Of CLUENER's entities that overlap the first is kept, as one row of tags cannot hold both; a gap of ChID is asked for by itself, the others of its text are `…`.
 *
 * @param rows as `task.read` gives them @throws {RangeError} for entities that are not at their places
 */
export function benchmarkData(benchmark: ClueTask, rows: readonly ClueRow[]): BenchmarkData {
  switch (benchmark.kind) {
    case 'single':
    case 'pair':
    case 'regression': {
      const texts = rows.map((row) => {
        const [text, pair] = benchmark.texts(row);
        return { text, ...(pair !== undefined && { pair }), label: row.label, value: row.value };
      });
      const columns = { text: 'text', ...(texts.some(({ pair }) => pair !== undefined) && { pair: 'pair' }) };
      const task =
        benchmark.kind === 'regression'
          ? regression({ ...columns, value: 'value' })
          : classification({ ...columns, label: 'label' });
      return { task, rows: texts };
    }
    case 'span': {
      const found = rows.map((row) => {
        const { question, context, answers } = row as SpanRow;
        const [texts, starts] = [answers.map(({ text }) => text), answers.map(({ start = -1 }) => start)];
        return { question, context, answers: texts, starts };
      });
      const unanswerable = rows.some((row) => (row as SpanRow).impossible === true);
      const task = span({
        ...{ question: 'question', context: 'context', answer: 'answers', start: 'starts' },
        ...(unanswerable && { unanswerable }),
      });
      return { task, rows: found };
    }
    case 'choice':
      return { task: choice({ text: 'text', choices: 'choices', label: 'label' }), rows: rows.map(choiceOf) };
    case 'tokens':
      return {
        task: tokens({ words: 'words', tags: 'tags' }),
        rows: rows.map((row) => {
          const { words, tags } = taggedOf(row);
          return { words, tags };
        }),
      };
    case 'generation':
      return {
        task: generation({ source: 'source', target: 'target' }),
        rows: rows.map((row) => ({ source: benchmark.texts(row)[0], target: benchmark.target?.(row) })),
      };
  }
}

/**
 * A prediction as `writeSubmission` takes it: a label, a number, an index, a text, or the JSON of CLUENER's label.
 *
 * @throws {RangeError} for a prediction of several classes or a vector, which no benchmark here asks for
 */
export function submissionAnswer(row: ClueRow, prediction: PredictionOf<Task>): string {
  if ('tags' in prediction) {
    const spans = entitySpans(prediction.tags.map((tag) => tag ?? 'O'));
    return JSON.stringify(cluenerLabel(taggedOf(row).words, spans));
  }
  if ('label' in prediction) return prediction.label;
  // A choice has a text too, and is handed in by its number.
  if ('index' in prediction) return String(prediction.index);
  if ('text' in prediction) return prediction.text;
  if ('value' in prediction) return String(prediction.value);
  throw new RangeError('submissionAnswer: several classes and vectors are handed in nowhere.');
}
