import type { ClueRow, ClueTask } from '../clue-task.ts';
import { normaliseText } from './normalise-text.ts';

/** What two rows of a task share when they are duplicates: their texts after normalisation. */
export function duplicateKey<Row extends ClueRow>(task: ClueTask<Row>, row: Row): string {
  // A line break cannot stand in a normalised text, so that the border between two texts counts.
  return task.texts(row).map(normaliseText).join('\n');
}
