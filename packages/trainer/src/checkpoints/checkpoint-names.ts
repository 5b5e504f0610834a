/** `checkpoint-60`, or `checkpoint-60-1` for a second one of the same step: a name is never written twice. */
export const checkpointName = (step: number, copy: number): string =>
  copy === 0 ? `checkpoint-${step}` : `checkpoint-${step}-${copy}`;

/** Step and copy of a checkpoint's name; undefined for any other name. */
export function parseCheckpointName(name: string): { readonly step: number; readonly copy: number } | undefined {
  const match = /^checkpoint-(\d+)(?:-(\d+))?$/.exec(name);
  return match ? { step: Number(match[1]), copy: Number(match[2] ?? 0) } : undefined;
}

/** Left behind by a save or a removal that was interrupted. */
export const isLeftover = (name: string): boolean => /^checkpoint-\d+(-\d+)?\.(tmp|removed)$/.test(name);
