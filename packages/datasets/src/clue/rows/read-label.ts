import type { ReadOptions } from '../clue-task.ts';

/** Which labels a task knows. */
export interface LabelRules {
  readonly labels: readonly string[];
  /** A label that means there is none: labelled rows with it are left out, and counted. */
  readonly withoutLabel?: string;
}

const listed = (labels: readonly string[]) =>
  labels.length <= 16 ? labels.join(', ') : `${labels.slice(0, 3).join(', ')} … ${labels.at(-1)}`;

/**
 * A label as a string of the task: files write the same label as number, as string, or as boolean.
 *
 * A test file's row is never left out for its label, or the submission would not fit it line for line: what stands there and is no label (-1, say)
 * counts as none.
 */
export function readLabel(
  value: unknown,
  { labels, withoutLabel, labelled = true }: LabelRules & ReadOptions,
): { readonly label: string } | { readonly dropped: string } | { readonly problem: string } | { readonly none: true } {
  if (value === undefined || value === null)
    return labelled ? { problem: `label is missing, expected one of ${listed(labels)}` } : { none: true };
  const label = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  if (typeof label === 'string' && labels.includes(label)) return { label };
  if (label === withoutLabel)
    return labelled ? { dropped: `label ${JSON.stringify(label)}: the annotators did not agree` } : { none: true };
  if (!labelled) return { none: true };
  return {
    problem: `label is ${JSON.stringify(value)}, expected one of the ${labels.length} labels ${listed(labels)}`,
  };
}
