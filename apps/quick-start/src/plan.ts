import type { EngineName } from '@cloze/backend';
import type { PretrainOptions } from '@cloze/models/node';

type Sizes = 'layers' | 'width' | 'heads' | 'batchSize' | 'maxSteps' | 'learningRate';

/** Sizes of a quick start. */
export interface Plan {
  /** What it is for, as it is said at the beginning. */
  readonly name: string;
  readonly pretraining: Required<Pick<PretrainOptions, Sizes>>;
  /** Verse is taken that is written in so many of the commonest characters. */
  readonly characters: number;
  readonly fineTuneSteps: number;
  /** Rows that are scored, by authors never learnt from. */
  readonly heldOut: number;
  /** Labelled rows of each dynasty, at most. */
  readonly labelled: { readonly train: number; readonly test: number };
}

/** Sizes that were tried: docs/decisions/2026-11-29-first-command.md. */
const native: Plan = {
  name: 'native engine',
  pretraining: { layers: 1, width: 128, heads: 4, batchSize: 16, maxSteps: 7000, learningRate: 2e-3 },
  characters: 2000,
  fineTuneSteps: 400,
  heldOut: 400,
  labelled: { train: 6000, test: 600 },
};
const portable: Plan = {
  ...native,
  name: 'portable engine',
  pretraining: { ...native.pretraining, width: 64, batchSize: 8, maxSteps: 1600 },
  fineTuneSteps: 200,
};

/** The plan for an engine. @param steps overrides the pretraining steps, for trying out */
export function planFor(engine: EngineName, steps?: number): Plan {
  const plan = engine === 'tensorflow' || engine === 'tensorflow-gpu' || engine === 'onnx' ? native : portable;
  if (steps === undefined) return plan;
  const pretraining = { ...plan.pretraining, maxSteps: steps };
  return { ...plan, pretraining, fineTuneSteps: Math.min(plan.fineTuneSteps, steps) };
}
