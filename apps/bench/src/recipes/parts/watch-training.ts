import { readSafetensors, safetensorsParts } from '@cloze/encoder';
import { InterruptedError } from '@cloze/models';
import { type Checkpoints, openCheckpoints, type TrainingCallback, type TrainingOutcome } from '@cloze/trainer';
import { nodeFiles } from '@cloze/trainer/node';
import type { Lab } from './lab.ts';

/** Trainings shorter than this are begun again instead of being saved on the way. */
export const saveSteps = 250;

/** The checkpoints of a phase, in the run's folder; undefined for a short one. */
export async function checkpointsOf(lab: Lab, phase: string, steps: number): Promise<Checkpoints | undefined> {
  if (steps <= saveSteps) return undefined;
  return openCheckpoints({
    folder: `${lab.folder}/checkpoints-${phase.replaceAll(' ', '-')}`,
    files: nodeFiles(),
    codec: { read: readSafetensors, write: safetensorsParts },
    saveTotalLimit: 1,
    warn: lab.say,
  });
}

/** Writes a phase into the run's log; a resumed one writes again what came after its checkpoint. */
export function logging(lab: Lab, phase: string): TrainingCallback {
  const started = lab.now();
  return {
    required: true,
    onTrainBegin: ({ firstStep }) => lab.rewind(phase, firstStep - 1),
    onLog: (step, values, { firstStep }) =>
      lab.log({ phase, step, firstStep, seconds: lab.now() - started, ...values }),
  };
}

/** @throws {InterruptedError} for a phase that was told to stop and has saved itself */
export function needWhole(phase: string, { reason, step }: Pick<TrainingOutcome, 'reason' | 'step'>): void {
  if (reason === 'interrupted') throw new InterruptedError(`stopped in ${phase} after step ${step}`);
}
