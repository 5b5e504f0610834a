import type { Engine, Placement } from '@cloze/backend';
import { type EncoderConfig, estimateMemory, type FamilyName } from '@cloze/encoder';
import type { OptimiserName } from '../update-settings.ts';

/** A training that has not begun. */
export interface PlannedTraining {
  readonly family: FamilyName;
  readonly config: EncoderConfig;
  /** Rows that are in memory at once. */
  readonly rows: number;
  /** Tokens of the longest row. */
  readonly length: number;
  /** Tokens asked in a row; default 0, a classifier. */
  readonly slots?: number;
  readonly optimiser: OptimiserName;
  readonly steps: number;
  /** Trainings of as many steps, default 1. */
  readonly seeds?: number;
}

/** Numbers that each optimiser, as it is set here, keeps of a parameter; Adafactor's rows and columns are too few to count. */
const optimiserSlots: Readonly<Record<OptimiserName, number>> = {
  ...{ adamw: 2, stable_adamw: 2, lamb: 2, adafactor: 0, sgd: 0 },
  // One of the blocks' matrices, two of the rest.
  muon: 2,
};

/** Bytes as people say them. */
export const shownBytes = (bytes: number): string =>
  bytes < 2 ** 30 ? `${Math.ceil(bytes / 2 ** 20)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** Parameters as people say them. */
const shownCount = (count: number): string =>
  count < 1e6 ? `${Math.round(count / 1000)} thousand` : `${(count / 1e6).toPrecision(3)} M`;

/**
 * What a training will take, in a line said before its first step: engine, threads, parameters, memory, steps.
 *
 * @param memory bytes that it may take; default no limit
 * @throws {RangeError} when it is estimated to take more
 */
export function expectedCost(
  { name, version }: Pick<Engine, 'name' | 'version'>,
  { intraOpThreads: threads }: Placement,
  { family, config, rows, length, slots = 0, optimiser, steps, seeds = 1 }: PlannedTraining,
  memory = Number.POSITIVE_INFINITY,
): string {
  const plan = { family, batch: rows, length, slots, optimiserSlots: optimiserSlots[optimiser] };
  const { parameterCount, activations, total } = estimateMemory(config, plan);
  if (total > memory)
    throw new RangeError(
      `this training needs about ${shownBytes(total)}, ${shownBytes(activations)} of it for ${rows} rows of ${length} tokens at once; there are ${shownBytes(memory)}. ${
        total - activations < memory
          ? 'Raise gradientAccumulationSteps, lower batchSize or shorten the rows.'
          : "The model is too large for this machine; take a smaller one, or an optimiser that keeps less ('sgd', 'adafactor')."
      }`,
    );
  return [
    `${name} ${version}${threads === undefined ? '' : `, ${threads} ${threads === 1 ? 'thread' : 'threads'}`}`,
    `${shownCount(parameterCount)} parameters`,
    `about ${shownBytes(total)}`,
    `${seeds > 1 ? `${seeds} × ` : ''}${steps.toLocaleString('en')} ${steps === 1 ? 'step' : 'steps'}`,
  ].join(' · ');
}
