import { callable, checkOptions, needed } from '@cloze/checks';
import type { TrainingCallback } from '../run/training-callback.ts';
import { eventRecord } from './event-record.ts';

/** Where events go. */
export interface TensorBoardOptions {
  /** Adds bytes to a new file whose name holds `tfevents`, such as `events.out.tfevents.<seconds>.<host>`. */
  readonly append: (bytes: Uint8Array) => unknown;
  /** Seconds since 1970. */
  readonly now: () => number;
}

/** Writes scalars for TensorBoard: `train/…` at every log, `eval/…` at every evaluation. A resumed run needs a file of its own. */
export function tensorBoard(options: TensorBoardOptions): TrainingCallback {
  checkOptions('tensorBoard', options, { append: needed(callable), now: needed(callable) });
  const { append, now } = options;

  const scalars = (prefix: string, step: number, values: Readonly<Record<string, number>>) =>
    append(
      eventRecord({
        wallTime: now(),
        step,
        scalars: Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}/${name}`, value])),
      }),
    );
  return {
    onTrainBegin: async ({ firstStep }) => {
      await append(eventRecord({ wallTime: now(), fileVersion: 'brain.Event:2' }));
      await append(eventRecord({ wallTime: now(), step: firstStep, sessionStart: true }));
    },
    onLog: (step, values) => scalars('train', step, values),
    onEvaluate: (step, metrics) => scalars('eval', step, metrics),
  };
}
