import type { RowFailure } from './row-process.ts';
import type { PerfResult } from './run-row.ts';

/** A result as a line for people. */
export function describeResult(result: PerfResult | RowFailure): string {
  if ('error' in result) return `${result.row}: not measured: ${result.error}`;
  if ('value' in result) {
    const { row, value, unit, reach, reach_is, reached } = result;
    return `${row}: ${value} ${unit} (${reach_is} ${reach}${reached ? '' : ', NOT REACHED'})`;
  }
  const { row, ours_ms, peer, peer_ms, ratio, ratio_median, reach, reached, share_of_matmul } = result;
  const share = share_of_matmul === undefined ? '' : `, ${Math.round(100 * share_of_matmul)} % of a big matmul`;
  const against =
    peer === null
      ? ''
      : `; ${peer}: ${peer_ms} ms, ratio ${ratio}, of medians ${ratio_median} (at least ${reach}${reached ? '' : ', NOT REACHED'})`;
  return `${row}: ${ours_ms} ms${share}${against}`;
}
