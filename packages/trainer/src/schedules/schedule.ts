import { needed, oneOf, problemsOf, type Rules, real, refuse, whole } from '@cloze/checks';

/** How the rate goes after its warm-up; Hugging Face's names of the kinds. */
export type ScheduleType = 'constant' | 'linear' | 'cosine' | 'polynomial' | 'inverse_sqrt';

/** The rate of step t = 1, 2, …; `settings` say what it was made of, so that a run's record knows it. A bare function is one too. */
export interface Schedule {
  (step: number): number;
  readonly settings?: unknown;
}

/** A learning-rate schedule. */
export interface ScheduleOptions {
  /** Default `linear`. */
  readonly lrSchedulerType?: ScheduleType;
  /** The highest rate. */
  readonly learningRate: number;
  /** Steps of linear rise from zero, default 0. */
  readonly warmupSteps?: number;
  /** Where `linear`, `cosine` and `polynomial` end; not needed by the others. */
  readonly maxSteps?: number;
  /** `cosine`: half waves over the run, default 0.5 (falls once to zero). */
  readonly numCycles?: number;
  /** `polynomial`: the rate at the end, default 1e-7. */
  readonly lrEnd?: number;
  /** `polynomial`: default 1, a straight line. */
  readonly power?: number;
  /** `inverse_sqrt`: default `warmupSteps`, or 10,000 without. */
  readonly timescale?: number;
}

const rules: Rules<ScheduleOptions> = {
  lrSchedulerType: oneOf(['constant', 'linear', 'cosine', 'polynomial', 'inverse_sqrt']),
  learningRate: needed(real({ above: 0 })),
  warmupSteps: whole(0),
  maxSteps: whole(0),
  numCycles: real({ from: 0 }),
  lrEnd: real({ from: 0 }),
  power: real({ above: 0 }),
  timescale: real({ above: 0 }),
};

function problemsIn(options: ScheduleOptions): string[] {
  const problems = problemsOf(options, rules);
  if (typeof options !== 'object' || options === null) return problems;
  const { lrSchedulerType = 'linear', learningRate, warmupSteps = 0, maxSteps, lrEnd = 1e-7 } = options;
  if (lrSchedulerType !== 'constant' && lrSchedulerType !== 'inverse_sqrt') {
    if (maxSteps === undefined) problems.push(`${lrSchedulerType} needs maxSteps`);
    else if (!(maxSteps >= 1 && warmupSteps <= maxSteps))
      problems.push(`warmupSteps must be at most maxSteps, got ${warmupSteps} and ${maxSteps}`);
  }
  if (lrSchedulerType === 'polynomial' && !(lrEnd < learningRate))
    problems.push(`lrEnd must be below learningRate, got ${lrEnd} and ${learningRate}`);
  return problems;
}

/**
 * The learning rate as a function of the step, equal to transformers' schedulers after `step` calls.
 *
 * Pass t = 1, 2, … for update t, so that the first update moves; pass t − 1 to follow Hugging Face's Trainer exactly, whose first
 * update after a warm-up has rate 0.
 *
 * @throws {RangeError} naming every option that does not fit
 */
export function schedule(options: ScheduleOptions): Schedule {
  refuse('schedule', problemsIn(options));
  const {
    lrSchedulerType = 'linear',
    learningRate,
    warmupSteps = 0,
    maxSteps = 0,
    numCycles = 0.5,
    lrEnd = 1e-7,
    power = 1,
    timescale = warmupSteps || 10_000,
  } = options;
  const length = Math.max(1, maxSteps - warmupSteps);
  const after: Readonly<Record<ScheduleType, (step: number) => number>> = {
    constant: () => learningRate,
    linear: (step) => learningRate * Math.max(0, (maxSteps - step) / length),
    cosine: (step) =>
      learningRate * Math.max(0, 0.5 * (1 + Math.cos(Math.PI * numCycles * 2 * ((step - warmupSteps) / length)))),
    polynomial: (step) =>
      step > maxSteps ? lrEnd : (learningRate - lrEnd) * (1 - (step - warmupSteps) / length) ** power + lrEnd,
    inverse_sqrt: (step) => learningRate / Math.sqrt((step + timescale - warmupSteps) / timescale),
  };
  const go = after[lrSchedulerType];
  const rate = (step: number) => (step < warmupSteps ? (learningRate * step) / warmupSteps : go(step));
  return Object.assign(rate, { settings: { ...options } });
}
