/** What one update reports. */
export interface StepRecord {
  /** 1 for the first update. */
  readonly step: number;
  readonly loss: number;
  /** Real tokens in the batch. */
  readonly tokens: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** What a step function returns besides its effect on the parameters. */
export interface StepResult {
  readonly loss: number;
  readonly tokens: number;
  readonly metrics?: Readonly<Record<string, number>>;
}

/** Raised when the loss is no longer a finite number. */
export class LossError extends Error {
  override readonly name = 'LossError';
}

/**
 * Runs updates and yields a record after each; the caller logs, evaluates and stops.
 *
 * The next batch is prepared while the engine works on this one.
 *
 * @param options.batchOf makes the batch of step t = 1, 2, … @param options.update runs one compiled step
 * @throws {LossError} naming the step when the loss is NaN or infinite
 */
export async function* train<B>({
  firstStep = 1,
  steps,
  batchOf,
  update,
}: {
  /** Where to begin, after a resume. Default 1. */
  readonly firstStep?: number;
  readonly steps: number;
  readonly batchOf: (step: number) => B;
  readonly update: (batch: B, step: number) => Promise<StepResult>;
}): AsyncGenerator<StepRecord> {
  let next = firstStep <= steps ? batchOf(firstStep) : undefined;
  for (let step = firstStep; step <= steps; step++) {
    const running = update(next as B, step);
    next = step < steps ? batchOf(step + 1) : undefined;
    const { loss, tokens, metrics = {} } = await running;
    if (!Number.isFinite(loss))
      throw new LossError(`train: the loss of step ${step} is ${loss}; lower the learning rate or clip gradients.`);
    yield { step, loss, tokens, metrics };
  }
}
