import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab, StepLine } from '../recipes/parts/lab.ts';
import { truncatePhase } from './truncate-phase.ts';

/** The run's log, `steps.jsonl`: part of its record, so what cannot be written there ends the run. */
export function logOf(folder: string): Pick<Lab, 'log' | 'rewind'> & { readonly lastSteps: Record<string, number> } {
  const path = join(folder, 'steps.jsonl');
  const lastSteps: Record<string, number> = {};
  return {
    lastSteps,
    rewind: (phase, step) => {
      truncatePhase(path, phase, step);
      // A resumed phase that has nothing left to do logs no more.
      if (step > 0) lastSteps[phase] = step;
    },
    log: (line: StepLine) => {
      appendFileSync(path, `${JSON.stringify(line)}\n`);
      lastSteps[line.phase] = line.step;
    },
  };
}
