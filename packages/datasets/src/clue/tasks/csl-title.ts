import type { ClueRow, ClueTask } from '../clue-task.ts';
import { readJsonLines } from '../rows/read-json-lines.ts';
import { readLines } from '../rows/read-lines.ts';
import { textProblems } from '../rows/text-problems.ts';

/** An abstract, and the title to be written; absent where a test file has none. */
export interface CslTitleRow extends ClueRow {
  readonly source: string;
  readonly title?: string;
}

/**
 * CSL title generation: the title of a paper from its abstract.
 *
 * Reads tab-separated lines `task prefix, abstract, title`, or, from files named `.json`, lines with `abst` and `title`.
 * The reference selects models by BLEU, all metrics by character.
 */
export const cslTitle: ClueTask<CslTitleRow> = {
  name: 'csl-title',
  title: 'titles of papers, to be written from their abstracts',
  kind: 'generation',
  folder: 'csl-title',
  files: [
    { name: 'train.tsv', split: 'train', labelled: true },
    { name: 'csl_title_train.json', split: 'train', labelled: true },
    { name: 'dev.tsv', split: 'dev', labelled: true },
    { name: 'csl_title_dev.json', split: 'dev', labelled: true },
    { name: 'test.tsv', split: 'test', labelled: true },
    { name: 'csl_title_test.json', split: 'test', labelled: false },
  ],
  labels: [],
  metrics: ['bleu', 'rougeL', 'rouge1', 'rouge2'],
  submissions: [],
  read: (text, file, { labelled = true } = {}) => {
    if (file.endsWith('.json'))
      return readJsonLines(text, file, { labels: [], labelled: false }, (fields) => {
        const source = fields.text('abst');
        const title = labelled ? fields.text('title') : fields.optionalText('title');
        return { source, ...(title !== undefined && { title }) };
      });
    return readLines<CslTitleRow>(text, file, (content, line) => {
      const parts = content.split('\t');
      const wanted = labelled ? '3 (prefix, abstract, title)' : '2 or 3 (prefix, abstract, title)';
      if (parts.length !== 3 && (labelled || parts.length !== 2))
        return { problems: [`${parts.length} fields between tabs, expected ${wanted}`] };
      const [prefix = '', source = '', title] = parts;
      const problems = textProblems({ prefix, abstract: source, ...(title !== undefined && { title }) });
      return problems.length > 0 ? { problems } : { row: { line, source, ...(title !== undefined && { title }) } };
    });
  },
  texts: ({ source }) => [source],
  target: ({ title }) => title,
};
