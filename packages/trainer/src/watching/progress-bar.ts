import { callable, checkOptions, flag, needed, real } from '@cloze/checks';
import type { TrainingCallback } from '../run/training-callback.ts';

/** Where the bar goes. */
export interface ProgressBarOptions {
  readonly write: (text: string) => unknown;
  /** Seconds of a clock that only goes forward. */
  readonly now: () => number;
  /** Redraw one line on a terminal; else a plain line. Default false. */
  readonly redraw?: boolean;
  /** Seconds between lines, default 0.2 when redrawn, else 10. */
  readonly every?: number;
}

/** Seconds as `9 s`, `3 min 05 s`, `2 h 07 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two((whole % 3600) / 60)} min`;
}

/** A bar with step, loss, tokens a second and time left; rates count from where this process began, not from step 0. */
export function progressBar(options: ProgressBarOptions): TrainingCallback {
  checkOptions('progressBar', options, {
    write: needed(callable),
    now: needed(callable),
    redraw: flag,
    every: real({ from: 0 }),
  });
  const { write, now, redraw = false, every = redraw ? 0.2 : 10 } = options;

  let [began, shown, tokens, first, last] = [0, Number.NEGATIVE_INFINITY, 0, 1, 1];
  return {
    onTrainBegin: ({ firstStep, maxSteps }) => {
      [began, tokens, first, last] = [now(), 0, firstStep, maxSteps];
    },
    onStepEnd: ({ step, loss, tokens: more }) => {
      tokens += more;
      const time = now();
      if (time - shown < every && step < last) return;
      shown = time;
      const spent = Math.max(1e-9, time - began);
      const left = (spent / (step - first + 1)) * (last - step);
      const filled = Math.floor((20 * step) / last);
      const line = `${'█'.repeat(filled)}${'░'.repeat(20 - filled)} ${step}/${last} loss ${loss.toFixed(4)}, ${Math.round(tokens / spent)} tokens/s, ${duration(left)} left`;
      write(redraw ? `\r\x1b[K${line}${step >= last ? '\n' : ''}` : `${line}\n`);
    },
  };
}
