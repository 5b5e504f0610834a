import { placesOf } from '../score/places-of.ts';
import { isBlank, type Note, numberOf, type Row, textOf } from './row.ts';
import type { SpanTask } from './task.ts';

/** What a question is answered with. */
export interface SpanTarget {
  /** Accepted answers; an empty text is none. */
  readonly texts: readonly string[];
  /** UTF-16 units `[start, end)` of the first of them that stands in the context; absent for no answer. */
  readonly place?: readonly [start: number, end: number];
  /** Why nothing can be learnt from the row: answers that do not stand in the context. */
  readonly flaw?: string;
  /** Columns of the first and last token in one window, both 0, [CLS], where it does not hold the answer. */
  readonly columns?: readonly [first: number, last: number];
}

/** A column's value as one or more: each item of a list stands as a row's column would. */
const eachOf = (row: Row, column: string): Row[] => {
  const value = row[column];
  return (Array.isArray(value) ? value : [value]).map((item: unknown) => ({ [column]: item }));
};

/** Reads the answers of a row and where the first of them stands; a row with answers of which none does has a flaw. */
export function spanTarget(
  { answer, start, unanswerable = false }: Pick<SpanTask, 'answer' | 'start' | 'unanswerable'>,
  row: Row,
  context: string,
  note: Note,
): SpanTarget {
  const given = eachOf(row, answer).filter((own) => !isBlank(own[answer]));
  if (given.length === 0) {
    if (!unanswerable) note(answer, 'has no answer; rows without one need the option unanswerable');
    return { texts: [''] };
  }
  const texts = given.map((own) => textOf(own, answer, note));
  if (start === undefined) {
    const counts = texts.map((text) => placesOf(context, text));
    const once = counts.findIndex((places) => places.length === 1);
    if (once >= 0) return placed(texts, once, counts[once]?.[0] as number);
    const many = counts.findIndex((places) => places.length > 1);
    if (many >= 0)
      note(
        answer,
        `'${texts[many]}' stands ${counts[many]?.length} times in the context; say where it begins with a column 'start'`,
      );
    return { texts, flaw: `'${texts[0]}' does not stand in the context` };
  }
  const starts = eachOf(row, start).map((own) => numberOf(own, start, note));
  if (starts.length !== texts.length) note(start, `has ${starts.length} places for ${texts.length} answers`);
  const right = texts.findIndex((text, i) => context.startsWith(text, starts[i] ?? -1) && (starts[i] as number) >= 0);
  if (right >= 0) return placed(texts, right, starts[right] as number);
  return { texts, flaw: `'${texts[0]}' does not stand in the context at ${starts[0]}` };
}

const placed = (texts: readonly string[], which: number, start: number): SpanTarget => ({
  texts,
  place: [start, start + (texts[which] as string).length],
});
