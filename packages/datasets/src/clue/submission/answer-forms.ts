import type { ClueSubmission, ClueTask } from '../clue-task.ts';
import { isObject } from '../rows/read-json-lines.ts';

/** How an answer stands in a file that is handed in. */
interface AnswerForm {
  /** What is written of a prediction. */
  readonly written: (prediction: string) => unknown;
  /** What is wrong with what a file says, undefined for nothing. */
  readonly problem: (value: unknown, task: Pick<ClueTask, 'name' | 'labels'>) => string | undefined;
}

const isNumber = (text: string) => text.trim() !== '' && Number.isFinite(Number(text));
const isIndex = (value: unknown) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isSpan = (value: unknown) => Array.isArray(value) && value.length === 2 && value.every(isIndex);

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** Forms by what a submission calls them. @internal */
export const answerForms: Readonly<Record<NonNullable<ClueSubmission['answers']>, AnswerForm>> = {
  label: {
    written: (prediction) => prediction,
    problem: (value, { name, labels }) => {
      if (typeof value !== 'string') return `is ${JSON.stringify(value)}, expected a string`;
      if (labels.length === 0) return isNumber(value) ? undefined : `is ${JSON.stringify(value)}, no number`;
      return labels.includes(value)
        ? undefined
        : `is ${JSON.stringify(value)}, none of the ${labels.length} labels of ${name}`;
    },
  },
  index: {
    written: parsed,
    problem: (value) => (isIndex(value) ? undefined : `is ${JSON.stringify(value)}, expected the index of a candidate`),
  },
  text: {
    written: (prediction) => prediction,
    problem: (value) => (typeof value === 'string' ? undefined : `is ${JSON.stringify(value)}, expected a text`),
  },
  entities: {
    written: parsed,
    problem: (value, { labels }) =>
      isObject(value) &&
      Object.entries(value).every(
        ([type, names]) =>
          labels.includes(type) &&
          isObject(names) &&
          Object.values(names).every((spans) => Array.isArray(spans) && spans.every(isSpan)),
      )
        ? undefined
        : `is ${JSON.stringify(value)?.slice(0, 60)}, expected {"type": {"text": [[first, last]]}} with types ${labels.join(', ')}`,
  },
};
