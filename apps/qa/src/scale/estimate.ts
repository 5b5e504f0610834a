/** What was measured of one machine with one model, and of the sum of gradients between its processes. */
export interface MeasuredStep {
  /** Of the model, all of which leave as float32 gradients. */
  readonly parameters: number;
  /** Forward, backward and gathering, by the row. */
  readonly secondsPerRow: number;
  /** What a step takes however few rows it has: the optimiser, the gradients' way out of the graph and back. */
  readonly secondsPerStep: number;
  /** What summing takes beside the network, by the byte of gradients. */
  readonly secondsPerByte: number;
}

/** A step of one batch by several machines, in seconds. */
export interface EstimatedStep {
  readonly machines: number;
  readonly compute: number;
  readonly exchange: number;
  readonly step: number;
  /** One machine's step over so many times this one: 1 where a machine more is a machine's worth more. */
  readonly efficiency: number;
}

/** Seconds from a byte's leaving to its coming on a cluster's network, TCP. */
const latency = 50e-6;

/**
 * What a step of one batch takes when its rows are cut among `machines` that exchange gradients by a ring:
 *
 * `compute = rows/n · secondsPerRow + secondsPerStep`, `exchange = 2(n−1)/n · bytes · 8/bits + 2(n−1) · latency + bytes · secondsPerByte`
 *
 * with `bytes = 4 · parameters`; one after the other, as it is done. One machine exchanges nothing.
 *
 * @param rows of the whole batch @param bits of the network a second @param faster how many times as fast as the measured machine each is at rows and steps
 */
export function estimateStep(
  { parameters, secondsPerRow, secondsPerStep, secondsPerByte }: MeasuredStep,
  { rows, machines, bits, faster = 1 }: { rows: number; machines: number; bits: number; faster?: number },
): EstimatedStep {
  const bytes = 4 * parameters;
  const computeOf = (n: number) => ((rows / n) * secondsPerRow + secondsPerStep) / faster;
  const exchange =
    machines === 1
      ? 0
      : ((2 * (machines - 1)) / machines) * ((8 * bytes) / bits) +
        2 * (machines - 1) * latency +
        bytes * secondsPerByte;
  const compute = computeOf(machines);
  const step = compute + exchange;
  return { machines, compute, exchange, step, efficiency: computeOf(1) / (machines * step) };
}

/** The most machines of a list that each still do half a machine's worth or more; undefined where not even the first does. */
export const stillPays = (steps: readonly EstimatedStep[]): number | undefined =>
  steps.findLast(({ efficiency }) => efficiency >= 0.5)?.machines;
