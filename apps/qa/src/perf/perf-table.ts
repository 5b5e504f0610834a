import { cpus, loadavg } from 'node:os';
import { processorKind } from '@cloze/bench';
import type { RowFailure } from './row-process.ts';
import type { ComparisonResult } from './run-comparison.ts';
import type { FigureResult, PerfResult } from './run-row.ts';

const cell = (text: unknown) => String(text).replaceAll('|', '\\|');
const row = (cells: readonly unknown[]) => `| ${cells.map(cell).join(' | ')} |`;

/** Results as Markdown: where and when they were measured, a table of comparisons, a table of figures, and what failed. */
export function perfTable(results: readonly (PerfResult | RowFailure)[], date: string): string {
  const failures = results.filter((result): result is RowFailure => 'error' in result);
  const figures = results.filter((result): result is FigureResult => 'value' in result);
  const comparisons = results.filter((result): result is ComparisonResult => 'ours_ms' in result);
  const engine = [...comparisons, ...figures][0]?.engine ?? 'no engine';
  const lines = [
    `Measured ${date}: ${cpus().length} × ${processorKind()}, Node ${process.versions.node}, ${engine}, load ${loadavg()[0]?.toFixed(1)} at the end.`,
  ];
  if (comparisons.length > 0) {
    lines.push('', row(['work', 'here, least (median)', 'against', 'least (median)', 'ratio (of medians)', 'asked']));
    lines.push(row(Array(6).fill('---')));
    for (const result of comparisons) {
      const share = result.share_of_matmul;
      const speed =
        share === undefined ? '' : `; ${result.ours_gflops} GFLOP/s, ${Math.round(100 * share)} % of a matmul`;
      lines.push(
        row([
          result.row,
          `${result.ours_ms} ms (${result.ours_median_ms})${speed}; peak ${result.ours_peak_mb} MB`,
          result.peer ?? '',
          result.peer === null ? '' : `${result.peer_ms} ms (${result.peer_median_ms}); peak ${result.peer_peak_mb} MB`,
          result.peer === null ? '' : `${result.ratio} (${result.ratio_median})`,
          result.peer === null ? '' : `${result.reach}${result.reached ? '' : ', not reached'}`,
        ]),
      );
    }
  }
  if (figures.length > 0) {
    lines.push('', row(['figure', 'here', 'asked']), row(Array(3).fill('---')));
    for (const { row: name, value, unit, reach, reach_is, reached } of figures)
      lines.push(row([name, `${value} ${unit}`, `${reach_is} ${reach}${reached ? '' : ', not reached'}`]));
  }
  if (failures.length > 0) lines.push('');
  for (const { row: name, error } of failures) lines.push(`Not measured: ${name}: ${error}`);
  return `${lines.join('\n')}\n`;
}
