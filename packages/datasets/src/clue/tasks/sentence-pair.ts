import type { ClueRow, ReadOptions, ReadRows } from '../clue-task.ts';
import { readJsonLines } from '../rows/read-json-lines.ts';
import type { LabelRules } from '../rows/read-label.ts';

/** Two sentences: query and query, or premise and hypothesis. */
export interface SentencePairRow extends ClueRow {
  readonly sentence1: string;
  readonly sentence2: string;
}

/** Reads `sentence1`, `sentence2`. @internal */
export function readSentencePairs(
  text: string,
  file: string,
  rules: LabelRules & ReadOptions,
): ReadRows<SentencePairRow> {
  return readJsonLines(text, file, rules, (fields) => ({
    sentence1: fields.text('sentence1'),
    sentence2: fields.text('sentence2'),
  }));
}
