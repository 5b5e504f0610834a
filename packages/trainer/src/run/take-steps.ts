/** What one update reports. */
export interface StepRecord {
  /** 1 for the first update. */
  readonly step: number;
  readonly loss: number;
  /** Real tokens in the batch. */
  readonly tokens: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Whether the parameters were updated: false for a step that is skipped. */
  readonly updated: boolean;
}

/** What a step gives; `trainingStep`'s outcome is one. */
export interface StepResult {
  readonly loss: number;
  readonly metrics?: Readonly<Record<string, number>>;
  /** False where the step wrote nothing, for its loss or gradient is no finite number; default: as loss and `gradNorm` say. */
  readonly updated?: boolean;
}

const isUsable = ({ loss, metrics = {}, updated = true }: StepResult): boolean =>
  updated && Number.isFinite(loss) && (metrics.gradNorm === undefined || Number.isFinite(metrics.gradNorm));

/** What makes a step unusable, in words. */
export function unusable({ step, loss, metrics }: Pick<StepRecord, 'step' | 'loss' | 'metrics'>): string {
  if (!Number.isFinite(loss)) return `the loss of step ${step} is ${loss}`;
  return metrics.gradNorm === undefined
    ? `the gradient of step ${step} is no finite number`
    : `the gradient norm of step ${step} is ${metrics.gradNorm}`;
}

/** Raised when the loss, the gradient's norm or a trained tensor is no longer a finite number. */
export class LossError extends Error {
  override readonly name = 'LossError';
  /** The update, and the batch's examples where `idsOf` told them. */
  readonly step: number;
  readonly ids: readonly (string | number)[];
  /** @internal */
  constructor(
    what: string,
    step: number,
    { ids = [], checkpoint }: { ids?: readonly (string | number)[]; checkpoint?: string | undefined },
  ) {
    const batch = ids.length > 0 ? ` (examples ${ids.slice(0, 20).join(', ')}${ids.length > 20 ? ', …' : ''})` : '';
    const good = checkpoint === undefined ? '' : ` The last good checkpoint is ${checkpoint}.`;
    super(`runTraining: ${what}${batch}; lower the learning rate or clip gradients.${good}`);
    this.step = step;
    this.ids = ids;
  }
}

/** How steps are taken. */
export interface Steps<B> {
  /** Where to begin, after a resume. */
  readonly firstStep: number;
  readonly maxSteps: number;
  readonly batchOf: (step: number) => B | Promise<B>;
  readonly step: (step: number, batch: B) => Promise<StepResult>;
  readonly tokensOf: (batch: B) => number;
  readonly idsOf: (batch: B) => readonly (string | number)[];
  readonly nonFinite: 'stop' | 'skip';
  /** Names the checkpoint to go back to in an error. */
  readonly lastGood: () => string | undefined;
}

/**
 * Takes steps and yields a record after each; the next batch is prepared while the engine works on this one.
 *
 * @throws {LossError} naming the step when loss or gradient norm is NaN or infinite, unless such steps are skipped
 */
export async function* takeSteps<B>({
  firstStep,
  maxSteps,
  batchOf,
  step: take,
  tokensOf,
  idsOf,
  nonFinite,
  lastGood,
}: Steps<B>): AsyncGenerator<StepRecord> {
  const batchAt = async (step: number) => batchOf(step);
  let next = firstStep <= maxSteps ? batchAt(firstStep) : undefined;
  for (let step = firstStep; next; step++) {
    const batch: B = await next;
    const running = take(step, batch);
    // A batch that cannot be made must not leave the running step's own failure unheard.
    running.catch(() => {});
    next = step < maxSteps ? batchAt(step + 1) : undefined;
    next?.catch(() => {});
    const result = await running;
    const { loss, metrics = {} } = result;
    const record = { step, loss, tokens: tokensOf(batch), metrics, updated: isUsable(result) };
    if (nonFinite === 'stop' && !record.updated)
      throw new LossError(unusable(record), step, { ids: idsOf(batch), checkpoint: lastGood() });
    yield record;
  }
}
