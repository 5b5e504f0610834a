/** A training that goes on. */
export interface Progress {
  readonly step: number;
  readonly steps: number;
  /** Milliseconds since the first step ended. */
  readonly elapsed: number;
}

const shownSeconds = (seconds: number): string =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;

/** Where a training stands: `120 of 300 steps, 14.2 a second, 13 s left`. The first step, which compiles, is not counted into the rate. */
export function progressSentence({ step, steps, elapsed }: Progress): string {
  if (step === 0) return `0 of ${steps} steps: the first one is being compiled.`;
  const counted = step - 1;
  if (counted < 1 || elapsed <= 0) return `${step} of ${steps} steps`;
  const rate = (1000 * counted) / elapsed;
  return `${step} of ${steps} steps, ${rate.toPrecision(3)} a second, ${shownSeconds((steps - step) / rate)} left`;
}
