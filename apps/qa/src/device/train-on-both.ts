import { type EngineName, selectEngine, thisMachine } from '@cloze/backend';
import { mlmTraining } from '../perf/mlm-training.ts';
import { sizeName, type Work } from '../perf/work.ts';

/** The same training on a processor and on a device. */
export interface TrainedOnBoth {
  readonly engine: string;
  readonly devices: readonly string[];
  readonly work: string;
  /** By step. */
  readonly losses: readonly number[];
  readonly lossesOnProcessor: readonly number[];
  /** The largest difference of losses of one step, as a share of the loss. */
  readonly apart: number;
  /** Milliseconds, least of the steps after the first. */
  readonly step: number;
  readonly stepOnProcessor: number;
}

async function train(name: EngineName, work: Work, steps: number) {
  const { engine } = await selectEngine({ surroundings: thisMachine(), name });
  try {
    const { training, nextBatch } = mlmTraining(engine, work);
    const losses: number[] = [];
    let least = Number.POSITIVE_INFINITY;
    for (let step = 0; step < steps; step++) {
      const batch = nextBatch();
      const began = performance.now();
      losses.push(await training.run(batch));
      if (step > 0) least = Math.min(least, performance.now() - began);
    }
    training.dispose();
    return { losses, least, devices: engine.devices };
  } finally {
    engine.dispose();
  }
}

/** The largest difference between losses of one step, as a share of the expected one; infinite where one is no number. */
export const lossesApart = (losses: readonly number[], expected: readonly number[]): number =>
  losses.reduce((most, loss, i) => {
    const one = expected[i] as number;
    const difference = Math.abs(loss - one) / Math.abs(one);
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference);
  }, 0);

/**
 * Trains a random BERT on a provider of ONNX Runtime, and the same steps on the processor, dropout and all.
 *
 * @throws {BackendError} where the provider is not there, with its reason
 */
export async function trainOnBoth(engine: EngineName, work: Work, steps: number): Promise<TrainedOnBoth> {
  const there = await train(engine, work, steps);
  const here = await train('onnx', work, steps);
  const apart = lossesApart(there.losses, here.losses);
  return {
    ...{ engine, devices: there.devices, work: sizeName(work) },
    ...{ losses: there.losses, lossesOnProcessor: here.losses, apart },
    ...{ step: there.least, stepOnProcessor: here.least },
  };
}
