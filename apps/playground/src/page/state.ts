import type { TrainingSettings } from '../engine/training-settings.ts';
import { type FirstTextName, firstTexts } from '../text/first-texts.ts';

/** What a visitor set: a link holds all of it. */
export interface PageState extends Omit<TrainingSettings, 'policy'>, Policy {
  readonly text: string;
  /** What is filled, scored, looked at and explained. */
  readonly question: string;
}

type Policy = { readonly [K in keyof TrainingSettings['policy']]: TrainingSettings['policy'][K] };

/** The page before anything is set. */
export function firstState(name: FirstTextName = 'rooms'): PageState {
  const { text, question } = firstTexts[name];
  return {
    ...{ text, question, preset: 'bert', seed: 1 },
    ...{ family: 'bert', layers: 2, width: 64, steps: 300, batchSize: 16, learningRate: 5e-3 },
  };
}
