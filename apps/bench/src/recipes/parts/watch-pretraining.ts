import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainingCallback } from '@cloze/trainer';
import { writeWhole } from 'cloze/terminal';
import { z } from 'zod';
import { processorKind } from '../../runs/processor-kind.ts';
import { readJson } from '../../runs/run-record.ts';
import type { Lab } from './lab.ts';

/** Steps of a pretraining that one process made; bits can be the same on processors of one kind only. */
export const partSchema = z.object({
  from: z.int().min(1),
  to: z.int().min(0),
  seconds: z.number().min(0),
  processor: z.string(),
  engine: z.string(),
});
export type PretrainingPart = Readonly<z.infer<typeof partSchema>>;

/** Follows a pretraining through all its processes: who made which steps in how many seconds, and the held-out loss by step, tokens and seconds, for which the clock stands still. */
export function watchPretraining(
  lab: Lab,
  folder: string,
  /** Steps between two looks. */
  look: number,
): { readonly callback: TrainingCallback; readonly parts: () => readonly PretrainingPart[] } {
  const path = join(folder, 'parts.json');
  const phase = 'held out';
  let parts: readonly PretrainingPart[] = existsSync(path) ? readJson(path, z.array(partSchema)) : [];
  let [began, stepped, before, tokens] = [0, 0, 0, 0];
  const own = () => lab.now() - began;
  return {
    parts: () => parts,
    callback: {
      required: true,
      onTrainBegin: ({ firstStep }) => {
        parts = parts
          .filter(({ from }) => from < firstStep)
          .map((part) => ({ ...part, to: Math.min(part.to, firstStep - 1) }));
        before = parts.reduce((sum, { seconds }) => sum + seconds, 0);
        const { name, version } = lab.engine;
        const processor = processorKind();
        parts = [...parts, { from: firstStep, to: firstStep - 1, seconds: 0, processor, engine: `${name} ${version}` }];
        lab.rewind(phase, firstStep - 1 - ((firstStep - 1) % look));
        began = stepped = lab.now();
      },
      onStepEnd: () => {
        stepped = lab.now();
      },
      onLog: (_step, values) => {
        tokens = values.tokens ?? tokens;
      },
      onEvaluate: (step, { heldOutLoss = Number.NaN }) => {
        began += lab.now() - stepped;
        lab.log({ phase, step, firstStep: step - look + 1, loss: heldOutLoss, seconds: before + own(), tokens });
      },
      onSave: (step) => {
        const last = parts.at(-1);
        if (!last) return;
        parts = [...parts.slice(0, -1), { ...last, to: step, seconds: own() }];
        writeWhole(path, JSON.stringify(parts));
      },
    },
  };
}
