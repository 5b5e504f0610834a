import { againWith, jsonLinesOf } from './json-lines-of.ts';
import type { PerfResult } from './run-row.ts';

/** Why a row could not be measured. */
export interface RowFailure {
  readonly row: string;
  readonly error: string;
}

/**
 * Measures a row in a process of its own, `qa perf --row`, and yields its lines: memory and threads of one row do not touch another.
 *
 * A row that fails is one line with its last words.
 */
export async function* rowProcess(row: string, args: readonly string[]): AsyncGenerator<PerfResult | RowFailure> {
  try {
    for await (const line of jsonLinesOf(...againWith(['perf', '--row', row, '--json', ...args])))
      yield line as PerfResult;
  } catch (error) {
    yield { row, error: error instanceof Error ? error.message : String(error) };
  }
}
