import type { EngineName } from '@cloze/backend';

/** Sizes of a quick start. */
export interface Plan {
  /** What it is for, as it is said at the beginning. */
  readonly name: string;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  /** Verse is taken that is written in so many of the commonest characters. */
  readonly characters: number;
  readonly batchSize: number;
  readonly pretrainSteps: number;
  readonly learningRate: number;
  readonly fineTuneSteps: number;
  /** Rows that are scored, by authors never learnt from. */
  readonly heldOut: number;
  /** Labelled rows of each dynasty, at most. */
  readonly labelled: { readonly train: number; readonly test: number };
}

/** Sizes that were tried: docs/decisions/2026-11-29-first-command.md. */
const native: Plan = {
  name: 'native engine',
  layers: 1,
  width: 128,
  heads: 4,
  characters: 2000,
  batchSize: 16,
  pretrainSteps: 7000,
  learningRate: 2e-3,
  fineTuneSteps: 400,
  heldOut: 400,
  labelled: { train: 6000, test: 600 },
};

/** The plan for an engine. @param steps overrides the pretraining steps, for trying out */
export function planFor(engine: EngineName, steps?: number): Plan {
  const fast = engine === 'tensorflow' || engine === 'tensorflow-gpu' || engine === 'onnx';
  const plan: Plan = fast
    ? native
    : { ...native, name: 'portable engine', width: 64, batchSize: 8, pretrainSteps: 1600, fineTuneSteps: 200 };
  return steps === undefined
    ? plan
    : { ...plan, pretrainSteps: steps, fineTuneSteps: Math.min(plan.fineTuneSteps, steps) };
}
