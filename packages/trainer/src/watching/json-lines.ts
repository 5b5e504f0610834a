import { callable, checkOptions, needed } from '@cloze/checks';
import type { TrainingCallback } from '../run/training-callback.ts';

/** Writes one JSON object a line for every event but single steps; numbers that JSON cannot hold become null. */
export function jsonLines(options: { readonly write: (line: string) => unknown }): TrainingCallback {
  checkOptions('jsonLines', options, { write: needed(callable) });
  const { write } = options;

  const line = (event: string, values: object) => write(`${JSON.stringify({ event, ...values })}\n`);
  return {
    onTrainBegin: (run) => line('begin', run),
    onSpike: (spike) => line('spike', spike),
    onLog: (step, values) => line('log', { step, ...values }),
    onEvaluate: (step, metrics) => line('evaluate', { step, ...metrics }),
    onSave: (step, checkpoint) => line('save', { step, checkpoint }),
    onTrainEnd: (outcome) => line('end', outcome),
  };
}

/**
 * What a log keeps when a run resumes at a step: nothing later, no torn last line, so that the log becomes that of an unbroken run.
 *
 * @param text the log so far @param step updates done in the checkpoint
 */
export function truncateJsonLines(text: string, step: number): string {
  return text
    .split('\n')
    .filter((line) => {
      try {
        const entry = JSON.parse(line) as { event?: string; step?: number };
        return entry.event !== 'begin' && entry.event !== 'end' && (entry.step ?? 0) <= step;
      } catch {
        return false;
      }
    })
    .map((line) => `${line}\n`)
    .join('');
}
