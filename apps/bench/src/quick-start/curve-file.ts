import { existsSync, readFileSync } from 'node:fs';
import { jsonLines, type TrainingCallback } from '@cloze/trainer';
import { appendTo, truncateLog } from '@cloze/trainer/node';

/** Mean loss of the steps since the point before. */
export interface CurvePoint {
  readonly step: number;
  readonly loss: number;
}

/** A log of a run's means on disk, through all its interruptions. */
export function curveFile(path: string): TrainingCallback & { readonly points: () => CurvePoint[] } {
  const log = jsonLines({ write: appendTo(path) });
  return {
    ...log,
    onTrainBegin: (run) => {
      truncateLog(path, run.firstStep - 1);
      return log.onTrainBegin?.(run);
    },
    points: () =>
      (existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []).flatMap((line) => {
        const { event, step, loss } = (line === '' ? {} : JSON.parse(line)) as Partial<CurvePoint> & { event?: string };
        return event === 'log' && step !== undefined && typeof loss === 'number' ? [{ step, loss }] : [];
      }),
  };
}
