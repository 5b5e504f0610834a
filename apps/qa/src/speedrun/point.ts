/** A look at the held-out loss. */
export interface SpeedrunPoint {
  readonly step: number;
  /** Of training so far, from the first step's tracing on, looks left out. */
  readonly seconds: number;
  readonly loss: number;
}

/** What decides when a run ends. */
export interface SpeedrunEnd {
  /** Held-out loss, nats a masked token. */
  readonly target: number;
  /** Of training. */
  readonly seconds: number;
}

/** A look as another process says it. @throws {TypeError} for what is none */
export function pointOf(line: unknown): SpeedrunPoint {
  const { step, seconds, loss }: Partial<Record<string, unknown>> = { ...Object(line) };
  if (typeof step !== 'number' || typeof seconds !== 'number' || typeof loss !== 'number')
    throw new TypeError(`speedrun: expected a step, seconds and a loss, got ${JSON.stringify(line)}.`);
  return { step, seconds, loss };
}
