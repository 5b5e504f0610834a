import { checkText } from '@cloze/checks';
import type { ClueRow, ReadRows } from '../clue/clue-task.ts';
import { readJsonLines } from '../clue/rows/read-json-lines.ts';

/** A sentence that is well-formed, and one that differs from it in one point and is not. */
export interface MinimalPairRow extends ClueRow {
  readonly good: string;
  readonly bad: string;
  /** The template that the pairs of a file are made by (`UID`). */
  readonly paradigm: string;
  /** What the paradigm belongs to: `phenomenon`, or BLiMP's `linguistics_term`. */
  readonly phenomenon: string;
}

/**
 * Reads a file of BLiMP (Warstadt et al. 2020), ZhoBLiMP (Liu et al. 2024) or CLiMP (Xiang et al. 2021): JSON lines with `sentence_good`, `sentence_bad`,
 * `UID` and `phenomenon` or `linguistics_term`.
 *
 * A pair whose sentences are the same text is a row, as BLiMP has some, and a flaw: it counts as a tie.
 *
 * @param file its name, for messages @throws {TypeError} for what is no text
 */
export function readMinimalPairs(text: string, file: string): ReadRows<MinimalPairRow> {
  checkText('readMinimalPairs: the text', text);
  const read = readJsonLines(text, file, { labels: [], labelled: false }, (fields) => {
    const term = fields.optionalText('linguistics_term');
    return {
      good: fields.text('sentence_good'),
      bad: fields.text('sentence_bad'),
      paradigm: fields.text('UID'),
      phenomenon: term ?? fields.text('phenomenon'),
    };
  });
  const flaws = read.rows.flatMap(({ line, good, bad }) =>
    good === bad ? [{ file, line, reason: 'both sentences are the same text' }] : [],
  );
  return { ...read, flaws };
}
