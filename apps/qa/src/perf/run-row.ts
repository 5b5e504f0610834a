import type { Figure, PeerName, PerfContext, PerfRow } from './row.ts';
import { type ComparisonResult, runComparison } from './run-comparison.ts';

/** A figure and whether it keeps its limit. */
export type FigureResult = Figure & { readonly engine: string; readonly reached: boolean };

/** One line of `qa perf`. */
export type PerfResult = ComparisonResult | FigureResult;

/** Measures a row, whichever kind it is. */
export async function* runRow(
  row: PerfRow,
  context: PerfContext,
  options: { readonly peers: readonly PeerName[]; readonly steps: number },
): AsyncGenerator<PerfResult> {
  if ('ours' in row) yield* runComparison(row, context, options);
  else {
    const engine = `${context.engine.name} ${context.engine.version}`;
    for (const figure of await row.measure(context)) {
      const { value, reach, reach_is } = figure;
      yield { ...figure, engine, reached: reach_is === 'at least' ? value >= reach : value <= reach };
    }
  }
}
