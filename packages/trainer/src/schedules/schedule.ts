import { needed, oneOf, problemsOf, type Rules, real, refuse, whole } from '@cloze/checks';

/** How the rate can go after its warm-up; Hugging Face's names of the kinds. */
export const scheduleTypes = [
  'constant',
  'linear',
  'cosine',
  'polynomial',
  'inverse_sqrt',
  'warmup_stable_decay',
] as const;

/** How the rate goes after its warm-up. */
export type ScheduleType = (typeof scheduleTypes)[number];

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
  /** Where `linear`, `cosine`, `polynomial` and `warmup_stable_decay` end; not needed by the others. */
  readonly maxSteps?: number;
  /** `cosine`: half waves over the run, default 0.5 (falls once to zero). */
  readonly numCycles?: number;
  /** `polynomial`: the rate at the end, default 1e-7. */
  readonly lrEnd?: number;
  /** `polynomial`: default 1, a straight line. */
  readonly power?: number;
  /** `inverse_sqrt`: default `warmupSteps`, or 10,000 without. */
  readonly timescale?: number;
  /** `warmup_stable_decay`: steps at the end in which the rate falls, from 1; before them it stays the highest. Needed there. */
  readonly numDecaySteps?: number;
  /** `warmup_stable_decay`: over the share s of those steps `1 − s`, `½(1 + cos πs)` or `1 − √s` (Hägele et al. 2024); default `linear`. */
  readonly decayType?: 'linear' | 'cosine' | '1-sqrt';
  /** `warmup_stable_decay`: the rate at the end, and at the start of a warm-up, as a share of the highest; default 0. */
  readonly minLrRatio?: number;
}

const rules: Rules<ScheduleOptions> = {
  lrSchedulerType: oneOf(scheduleTypes),
  learningRate: needed(real({ above: 0 })),
  warmupSteps: whole(0),
  maxSteps: whole(0),
  numCycles: real({ from: 0 }),
  lrEnd: real({ from: 0 }),
  power: real({ above: 0 }),
  timescale: real({ above: 0 }),
  numDecaySteps: whole(1),
  decayType: oneOf(['linear', 'cosine', '1-sqrt']),
  minLrRatio: real({ from: 0, to: 1 }),
};

/** What is left of the height of the rate at a share of its fall, from 1 to 0. */
const falls: Readonly<Record<NonNullable<ScheduleOptions['decayType']>, (share: number) => number>> = {
  linear: (share) => 1 - share,
  cosine: (share) => 0.5 * (1 + Math.cos(Math.PI * share)),
  '1-sqrt': (share) => 1 - Math.sqrt(share),
};

function problemsIn(options: ScheduleOptions): string[] {
  const problems = problemsOf(options, rules);
  if (typeof options !== 'object' || options === null) return problems;
  const { lrSchedulerType = 'linear', learningRate, warmupSteps = 0, maxSteps, lrEnd = 1e-7, numDecaySteps } = options;
  if (lrSchedulerType !== 'constant' && lrSchedulerType !== 'inverse_sqrt') {
    if (maxSteps === undefined) problems.push(`${lrSchedulerType} needs maxSteps`);
    else if (!(maxSteps >= 1 && warmupSteps <= maxSteps))
      problems.push(`warmupSteps must be at most maxSteps, got ${warmupSteps} and ${maxSteps}`);
  }
  if (lrSchedulerType === 'polynomial' && !(lrEnd < learningRate))
    problems.push(`lrEnd must be below learningRate, got ${lrEnd} and ${learningRate}`);
  if (lrSchedulerType === 'warmup_stable_decay') {
    if (numDecaySteps === undefined) problems.push('warmup_stable_decay needs numDecaySteps');
    else if (maxSteps !== undefined && warmupSteps + numDecaySteps > maxSteps)
      problems.push(
        `warmupSteps and numDecaySteps together must be at most maxSteps, got ${warmupSteps}, ${numDecaySteps} and ${maxSteps}`,
      );
  }
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
    numDecaySteps = 1,
    decayType = 'linear',
    minLrRatio = 0,
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
    warmup_stable_decay: (step) => {
      const share = Math.min(1, Math.max(0, (step - (maxSteps - numDecaySteps)) / numDecaySteps));
      return learningRate * (minLrRatio + (1 - minLrRatio) * falls[decayType](share));
    },
  };
  const go = after[lrSchedulerType];
  const start = lrSchedulerType === 'warmup_stable_decay' ? minLrRatio : 0;
  // To the bit what it was before there was a start, where that is 0: runs that were recorded go on by it.
  const rise = (step: number) => learningRate * start + (learningRate * (1 - start) * step) / warmupSteps;
  const rate = (step: number) => (step < warmupSteps ? rise(step) : go(step));
  return Object.assign(rate, { settings: { ...options } });
}
