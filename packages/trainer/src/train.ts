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
  /** The update, and the batch's examples where `idsOf` told them. */
  readonly step: number;
  readonly ids: readonly (string | number)[];
  /** @internal */
  constructor(
    loss: number,
    step: number,
    { ids = [], checkpoint }: { ids?: readonly (string | number)[]; checkpoint?: string | undefined },
  ) {
    const batch = ids.length > 0 ? ` (examples ${ids.slice(0, 20).join(', ')}${ids.length > 20 ? ', …' : ''})` : '';
    const good = checkpoint === undefined ? '' : ` The last good checkpoint is ${checkpoint}.`;
    super(`train: the loss of step ${step} is ${loss}${batch}; lower the learning rate or clip gradients.${good}`);
    this.step = step;
    this.ids = ids;
  }
}

/**
 * Runs updates and yields a record after each; the caller logs, evaluates and stops.
 *
 * The next batch is prepared while the engine works on this one; `batchOf` may be asynchronous (see `prefetch`).
 *
 * @param options.batchOf makes the batch of step t = 1, 2, … @param options.update runs one compiled step
 * @throws {LossError} naming the step when the loss is NaN or infinite
 */
export async function* train<B>({
  firstStep = 1,
  steps,
  batchOf,
  update,
  idsOf = () => [],
  lastGood = () => undefined,
  nonFinite = 'stop',
}: {
  /** Where to begin, after a resume. Default 1. */
  readonly firstStep?: number;
  readonly steps: number;
  readonly batchOf: (step: number) => B | Promise<B>;
  readonly update: (batch: B, step: number) => Promise<StepResult>;
  /** Names the examples of a batch in an error; default none. */
  readonly idsOf?: (batch: B) => readonly (string | number)[];
  /** Names the checkpoint to go back to in an error; default none. */
  readonly lastGood?: () => string | undefined;
  /** `skip` yields such a record like any other: the update must guard itself with `keepUnlessFinite`. Default `stop`. */
  readonly nonFinite?: 'stop' | 'skip';
}): AsyncGenerator<StepRecord> {
  let next = firstStep <= steps ? batchOf(firstStep) : undefined;
  for (let step = firstStep; step <= steps; step++) {
    const batch = (await next) as B;
    const running = update(batch, step);
    // A batch that cannot be made must not leave the running update's own failure unheard.
    running.catch(() => {});
    next = step < steps ? batchOf(step + 1) : undefined;
    if (next instanceof Promise) next.catch(() => {});
    const { loss, tokens, metrics = {} } = await running;
    if (!Number.isFinite(loss) && nonFinite === 'stop')
      throw new LossError(loss, step, { ids: idsOf(batch), checkpoint: lastGood() });
    yield { step, loss, tokens, metrics };
  }
}
