import { checkOptions, needed, real } from '@cloze/checks';
import type { RandomStream } from '../batch.ts';

/** The mask rate of a training step, counted from 1; `random` is the step's own stream. */
export type RateSchedule = (step: number, random: RandomStream) => number;

function checked(owner: string, rates: Readonly<Record<string, number>>, steps = 1): void {
  const problems = Object.entries(rates)
    .filter(([, rate]) => !(rate >= 0 && rate <= 1))
    .map(([name, rate]) => `${name} must be in [0, 1], got ${rate}`);
  if (!(Number.isInteger(steps) && steps > 0)) problems.push(`steps must be a positive integer, got ${steps}`);
  if (problems.length > 0) throw new RangeError(`${owner}: ${problems.join('; ')}.`);
}

/** The same rate at every step. @throws {RangeError} for a rate outside [0, 1] */
export function constantRate(rate: number): RateSchedule {
  checked('constantRate', { rate });
  return () => rate;
}

/** A rate drawn uniformly from [low, high) at every step, e.g. 0.4 to 0.8. @throws {RangeError} for rates outside [0, 1] or low > high */
export function uniformRate(options: { readonly low: number; readonly high: number }): RateSchedule {
  checkOptions('uniformRate', options, {
    low: needed(real()),
    high: needed(real()),
  });
  const { low, high } = options;

  checked('uniformRate', { low, high });
  if (low > high) throw new RangeError(`uniformRate: low must be at most high, got ${low} > ${high}.`);
  return (_step, random) => low + (high - low) * random.next();
}

/** How far a step is: 0 at the first, 1 from the last on. */
const progress = (step: number, steps: number) =>
  steps === 1 ? 1 : Math.min(1, Math.max(0, (step - 1) / (steps - 1)));

/** From `from` at step 1 to `to` at step `steps` in a straight line, `to` afterwards. @throws {RangeError} for rates outside [0, 1] */
export function linearRate(options: {
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}): RateSchedule {
  checkOptions('linearRate', options, {
    from: needed(real()),
    to: needed(real()),
    steps: needed(real()),
  });
  const { from, to, steps } = options;

  checked('linearRate', { from, to }, steps);
  return (step) => from + (to - from) * progress(step, steps);
}

/** From `from` at step 1 to `to` at step `steps` along half a cosine, `to + (from − to)(1 + cos πt)/2`. @throws {RangeError} for rates outside [0, 1] */
export function cosineRate(options: {
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}): RateSchedule {
  checkOptions('cosineRate', options, {
    from: needed(real()),
    to: needed(real()),
    steps: needed(real()),
  });
  const { from, to, steps } = options;

  checked('cosineRate', { from, to }, steps);
  return (step) => to + ((from - to) * (1 + Math.cos(Math.PI * progress(step, steps)))) / 2;
}
