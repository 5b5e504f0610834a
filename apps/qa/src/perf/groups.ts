import type { PerfRow } from './row.ts';
import { bfloat16Rows } from './rows/bfloat16.ts';
import { bigCorpusRows } from './rows/big-corpus.ts';
import { dropTokenRows } from './rows/drop-token.ts';
import { embedRows } from './rows/embed.ts';
import { enduranceRows } from './rows/endurance.ts';
import { forwardRows } from './rows/forward.ts';
import { inputRows } from './rows/input.ts';
import { maeRows } from './rows/mae.ts';
import { maskingRows } from './rows/masking.ts';
import { modernRows } from './rows/modern.ts';
import { regulariserRows } from './rows/regularisers.ts';
import { scoringRows } from './rows/scoring.ts';
import { stepRows } from './rows/steps.ts';
import { wholeRunRows } from './rows/whole-runs.ts';

/** What `qa perf GROUP` measures: a group is a file in `rows/` and a line here. */
export const groups: Readonly<Record<string, readonly PerfRow[]>> = {
  steps: stepRows,
  bfloat16: bfloat16Rows,
  forward: forwardRows,
  scoring: scoringRows,
  embed: embedRows,
  'whole-runs': wholeRunRows,
  'drop-token': dropTokenRows,
  mae: maeRows,
  modern: modernRows,
  regularisers: regulariserRows,
  memory: enduranceRows,
  input: inputRows,
  'big-corpus': bigCorpusRows,
  masking: maskingRows,
};
