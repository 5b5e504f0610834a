import type { EngineName } from '@cloze/backend';

/** Sizes of a quick start: what an engine finishes in minutes. */
export interface Plan {
  readonly layers: number;
  readonly width: number;
  readonly vocabulary: number;
  /** Tokens of a pretraining row, special tokens included. */
  readonly length: number;
  /** Tokens of a labelled poem: the size of the position table. */
  readonly longest: number;
  readonly batch: number;
  readonly pretrainSteps: number;
  readonly fineTuneSteps: number;
  readonly poemsPerDynasty: number;
  /** Labelled poems of each dynasty, at most. */
  readonly labelled: { readonly train: number; readonly test: number };
  readonly scored: number;
}

/** The plan for an engine; `steps` overrides the pretraining steps, for trying out. */
export function planFor(engine: EngineName, steps?: number): Plan {
  const fast = engine === 'tensorflow' || engine === 'tensorflow-gpu';
  const plan: Plan = fast
    ? {
        layers: 3,
        width: 128,
        vocabulary: 6000,
        length: 32,
        longest: 64,
        batch: 64,
        pretrainSteps: 800,
        fineTuneSteps: 300,
        poemsPerDynasty: 30_000,
        labelled: { train: 4000, test: 500 },
        scored: 200,
      }
    : {
        layers: 2,
        width: 64,
        vocabulary: 3000,
        length: 32,
        longest: 64,
        batch: 32,
        pretrainSteps: 400,
        fineTuneSteps: 60,
        poemsPerDynasty: 8_000,
        labelled: { train: 4000, test: 500 },
        scored: 40,
      };
  return steps === undefined
    ? plan
    : { ...plan, pretrainSteps: steps, fineTuneSteps: Math.min(plan.fineTuneSteps, steps) };
}
