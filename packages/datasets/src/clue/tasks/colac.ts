import { parse } from 'csv-parse/browser/esm/sync';
import type { ClueRow, ClueTask } from '../clue-task.ts';
import { readLabel } from '../rows/read-label.ts';
import { readLines } from '../rows/read-lines.ts';
import { textProblems } from '../rows/text-problems.ts';

/** A sentence, and what linguists (label0, in articles) and crowds (label1) say of it. */
export interface ColacRow extends ClueRow {
  readonly sentence: string;
  /** What the crowd says: 0, or 1 for acceptable. */
  readonly crowd?: string;
}

const labels = ['0', '1'];

/** The cells of one line of CSV; a record that goes on over a line's end is not known. */
function cellsOf(line: string): readonly string[] | undefined {
  try {
    return parse(line, { relax_column_count: true })[0];
  } catch {
    return undefined;
  }
}

/** CoLAC: acceptability of Chinese sentences (Hu et al. 2023): CSV `number, sentence, label0, label1`; the label is the linguists' (label0). */
export const colac: ClueTask<ColacRow> = {
  name: 'colac',
  title: 'acceptability of Chinese sentences, binary',
  kind: 'single',
  folder: 'acceptability/colac',
  files: [
    { name: 'train.csv', split: 'train', labelled: true },
    { name: 'dev.csv', split: 'dev', labelled: true },
    { name: 'test.csv', split: 'test', labelled: false },
  ],
  labels,
  metrics: ['matthewsCorrelation', 'accuracy'],
  submissions: [],
  read: (text, file, { labelled = true } = {}) =>
    readLines<ColacRow>(text, file, (content, line) => {
      const cells = cellsOf(content);
      if (line === 1 && cells?.[1] === 'sentence') return { dropped: 'the header' };
      if (cells === undefined) return { problems: ['the line is no CSV: a quotation mark does not close'] };
      if (cells.length > 4 || cells.length < (labelled ? 4 : 2))
        return { problems: [`${cells.length} cells, expected 4 (number, sentence, label0, label1)`] };
      const [number = '', sentence = '', given, crowd] = cells;
      const label = readLabel(given, { labels, labelled });
      const said = readLabel(crowd, { labels, labelled: false });
      const problems = [...textProblems({ sentence }), ...('problem' in label ? [label.problem] : [])];
      if (problems.length > 0) return { problems };
      return {
        row: {
          line,
          ...(/^\d+$/.test(number) && { id: Number(number) }),
          ...('label' in label && { label: label.label }),
          sentence,
          ...('label' in said && { crowd: said.label }),
        },
      };
    }),
  texts: ({ sentence }) => [sentence],
};
