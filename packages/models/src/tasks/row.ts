import { cellNumber, loneSurrogate } from '@cloze/datasets';

/** A row of a file: its columns by name, as text (CSV) or as JSON has them. */
export type Row = Readonly<Record<string, unknown>>;

/** Takes note of what is wrong with a column of the row at hand. */
export type Note = (column: string, problem: string) => void;

/** Whether a column holds nothing that could be read. */
export const isBlank = (value: unknown) =>
  value === undefined || value === null || (typeof value === 'string' && !value.trim());

/** A column's value as text; a problem where there is none. */
export function textOf(row: Row, column: string, note: Note): string {
  const value = row[column];
  if (typeof value === 'string' && value.trim() !== '') {
    const half = loneSurrogate(value);
    if (half !== undefined) note(column, half);
    return value;
  }
  if (Number.isFinite(value) || typeof value === 'boolean') return String(value);
  note(
    column,
    value === undefined || value === null
      ? 'is missing'
      : typeof value === 'string'
        ? 'is empty'
        : `is ${typeof value === 'number' ? value : typeof value}, expected text`,
  );
  return '';
}

/** A column's value as a list: an array, or text that a separator cuts. */
export function listOf(row: Row, column: string, separator: string, note: Note): readonly string[] {
  const value = row[column];
  if (Array.isArray(value))
    return value.map((item: unknown, i) => {
      if (!(typeof item === 'string' || typeof item === 'boolean' || Number.isFinite(item)))
        note(column, `holds ${JSON.stringify(item)} at place ${i} of its list, expected a text`);
      return String(item);
    });
  if (typeof value === 'string')
    return value.trim() === ''
      ? []
      : value
          .split(separator)
          .map((part) => part.trim())
          .filter((part) => part !== '');
  note(column, value === undefined || value === null ? 'is missing' : `is ${typeof value}, expected a list`);
  return [];
}

/** A column's value as a finite number, which it is as float32 too. */
export function numberOf(row: Row, column: string, note: Note): number {
  const value = row[column];
  const number = cellNumber(value);
  if (Number.isFinite(Math.fround(number))) return number;
  if (Number.isFinite(number)) {
    note(column, `is ${number}, expected a number that float32 holds, up to 3.4e38 from 0`);
    return Number.NaN;
  }
  note(
    column,
    value === undefined || value === null || value === ''
      ? 'is missing'
      : `is ${typeof value === 'number' ? value : JSON.stringify(value)}, expected a finite number`,
  );
  return Number.NaN;
}
