import type { PerfRow } from './row.ts';
import { stepRows } from './rows/steps.ts';

/** What `bench perf GROUP` measures: a group is a file in `rows/` and a line here. */
export const groups: Readonly<Record<string, readonly PerfRow[]>> = {
  steps: stepRows,
};
