import { checkArguments, whole } from '@cloze/checks';
import type { TrainingCallback } from './training-callback.ts';

/** What `lastLosses` gathers. */
export interface LastLosses {
  /** For `runTraining`'s callbacks. */
  readonly callback: TrainingCallback;
  /** The mean of what was gathered; NaN where this process made none of these updates. */
  mean(): number;
}

/**
 * Gathers the losses of a training's last tenth, a steadier figure than that of its last step: steps above `maxSteps − max(1, round(maxSteps / 10))`,
 * those that were withheld or are no finite number left out.
 *
 * @throws {RangeError} where maxSteps is no whole number from 1
 */
export function lastLosses(maxSteps: number): LastLosses {
  checkArguments('lastLosses', { maxSteps }, { maxSteps: whole(1) });
  const losses: number[] = [];
  return {
    callback: {
      onStepEnd: ({ step, loss, updated }) => {
        const isLast = step > maxSteps - Math.max(1, Math.round(maxSteps / 10));
        if (isLast && updated && Number.isFinite(loss)) losses.push(loss);
      },
    },
    mean: () => (losses.length === 0 ? Number.NaN : losses.reduce((a, b) => a + b, 0) / losses.length),
  };
}
