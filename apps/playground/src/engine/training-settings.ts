import type { PolicySettings } from '../mask/policies.ts';

/** How the page trains: few settings, small sizes. */
export interface TrainingSettings {
  readonly family: 'bert' | 't-ta';
  readonly layers: number;
  readonly width: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly policy: PolicySettings;
}

/** What each number may be: more takes a page minutes a step, or its memory. */
export const trainingBounds = {
  layers: { least: 1, most: 6 },
  width: { least: 16, most: 256 },
  steps: { least: 1, most: 5000 },
  batchSize: { least: 1, most: 64 },
  learningRate: { least: 1e-5, most: 0.1 },
  seed: { least: 0, most: 0xffffffff },
} as const;

/** What is wrong with settings, a sentence each. */
export function trainingProblems(settings: TrainingSettings): string[] {
  const names = Object.keys(trainingBounds) as (keyof typeof trainingBounds)[];
  return names.flatMap((name) => {
    const { least, most } = trainingBounds[name];
    const value = settings[name];
    const whole = name === 'learningRate' || Number.isInteger(value);
    if (whole && value >= least && value <= most) return [];
    return [
      `${name} must be a ${name === 'learningRate' ? '' : 'whole '}number from ${least} to ${most}, got ${value}.`,
    ];
  });
}
