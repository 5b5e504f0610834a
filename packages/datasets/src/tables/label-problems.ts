import { checkList, checkRows, checkText } from '@cloze/checks';
import type { TableProblem } from './table.ts';

/** A label and where it stands. */
export interface LabelOfRow {
  /** Counted from 1. */
  readonly row: number;
  readonly label: unknown;
}

/** A label as a reader sees it: composed characters (NFC), without what shows nothing, blanks as one space, none around, 1.0 as 1. */
const seen = (label: string) =>
  label
    .normalize('NFC')
    .replace(/(?!\s)[\p{Default_Ignorable_Code_Point}\p{Cc}]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(/^(-?\d+)\.0+$/, '$1');

const kindOf = (value: unknown) => (typeof value === 'string' ? 'a text' : `a ${typeof value}`);

/**
 * Labels of a column that look alike and are not the same: `x` and `x ` would be two classes, 1 and "1" of a JSON file one.
 *
 * @param labels in the order of the rows; what is no text, number or boolean is passed over
 */
export function labelProblems(column: string, labels: readonly LabelOfRow[]): TableProblem[] {
  checkText('labelProblems: column', column);
  checkList('labelProblems: labels', labels);
  checkRows('labelProblems: label', labels);
  const first = new Map<string, LabelOfRow>();
  const known = new Set<unknown>();
  const problems: TableProblem[] = [];
  for (const { row, label } of labels) {
    if (known.has(label)) continue;
    known.add(label);
    if (typeof label !== 'string' && typeof label !== 'number' && typeof label !== 'boolean') continue;
    const key = seen(String(label));
    const before = first.get(key);
    if (!before) {
      first.set(key, { row, label });
      continue;
    }
    const { row: firstRow, label: other } = before;
    const [here, there] = [label, other].map((one) => JSON.stringify(one));
    problems.push({
      row,
      column,
      problem:
        String(label) === String(other)
          ? `holds ${here}, ${kindOf(label)}, and row ${firstRow} holds ${there}, ${kindOf(other)}; write both alike`
          : `${here} looks like ${there} of row ${firstRow} and would be another class; write both alike`,
    });
  }
  return problems;
}
