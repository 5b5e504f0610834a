import type { ClueFile, ClueMetric, ClueRow, ClueSubmission, ClueTask } from '../clue/clue-task.ts';
import { readLabel } from '../clue/rows/read-label.ts';
import { readTabRows } from './read-tab-rows.ts';

/** A sentence, or two. */
export interface GlueRow extends ClueRow {
  readonly sentence1: string;
  readonly sentence2?: string;
}

/** What is a task's own. */
interface GlueLayout {
  readonly name: string;
  readonly title: string;
  /** Folder below `glue`, as the archive has it. */
  readonly folder: string;
  /** Columns of the texts. */
  readonly texts: readonly [string] | readonly [string, string];
  /** Column of the label or number. */
  readonly label: string;
  /** Empty for a number from 0 to 5. */
  readonly labels: readonly string[];
  readonly withoutLabel?: string;
  readonly metrics: readonly ClueMetric[];
  /** Columns of labelled files, where these have no header. */
  readonly headerless?: readonly string[];
  readonly leaveOutShort?: string;
  /** Column that numbers the rows of test files. */
  readonly index?: string;
  readonly files?: readonly ClueFile[];
  readonly diagnosis?: ClueTask;
  readonly submissions?: readonly ClueSubmission[];
}

const threeFiles: readonly ClueFile[] = [
  { name: 'train.tsv', split: 'train', labelled: true },
  { name: 'dev.tsv', split: 'dev', labelled: true },
  { name: 'test.tsv', split: 'test', labelled: false },
];

/** A task of GLUE (Wang et al. 2019) in the layout of its archives. @internal */
export function glueTask({
  name,
  title,
  folder,
  texts,
  label,
  labels,
  withoutLabel,
  metrics,
  headerless,
  leaveOutShort,
  index = 'index',
  files = threeFiles,
  diagnosis,
  submissions = [{ file: `${folder}.tsv`, test: 'test.tsv', form: 'tab-separated' }],
}: GlueLayout): ClueTask<GlueRow> {
  const [first, second] = texts;
  return {
    name,
    title,
    kind: labels.length === 0 ? 'regression' : second === undefined ? 'single' : 'pair',
    folder: `glue/${folder}`,
    files,
    labels,
    metrics,
    submissions,
    ...(diagnosis && { diagnosis }),
    read: (text, file, { labelled = true } = {}) =>
      readTabRows<GlueRow>(
        text,
        file,
        {
          needed: labelled ? [...texts, label] : texts,
          ...(labelled && headerless && { headerless }),
          ...(leaveOutShort && { leaveOutShort }),
        },
        (fields, line, problems) => {
          const own = {
            sentence1: fields.text(first),
            ...(second !== undefined && { sentence2: fields.text(second) }),
          };
          const given = fields.optional(index);
          const id = given !== undefined && /^\d+$/.test(given) ? Number(given) : undefined;
          const row = { line, ...(id !== undefined && { id }), ...own };
          const answer = fields.optional(label);
          if (labels.length > 0) {
            const found = readLabel(answer, { labels, labelled, ...(withoutLabel && { withoutLabel }) });
            if ('problem' in found) fields.problem(found.problem);
            if ('dropped' in found && problems.length === 0) return { dropped: found.dropped };
            return { row: { ...row, ...('label' in found && { label: found.label }) } };
          }
          if (!labelled) return { row };
          const value = Number(answer);
          if (!answer?.trim() || !(value >= 0 && value <= 5))
            fields.problem(`${label} is ${JSON.stringify(answer)}, expected a number from 0 to 5`);
          return { row: { ...row, value } };
        },
      ),
    texts: ({ sentence1, sentence2 }) => (sentence2 === undefined ? [sentence1] : [sentence1, sentence2]),
  };
}
