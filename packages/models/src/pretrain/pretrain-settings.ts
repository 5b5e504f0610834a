import type { FamilyName } from '@cloze/encoder';
import type { MaskPolicy, Policy } from '@cloze/masking';
import { decayProblems, type UpdateSettings } from '../update-settings.ts';
import { type AdaptiveMasking, adaptiveProblems } from './adaptive-masks.ts';
import { type PretrainStage, stageProblems } from './stages.ts';

/** Families that fresh weights are drawn for; a left-to-right model is a BERT that sees only what is before. */
export type FreshFamily = FamilyName | 'left-to-right';

/** Sizes of a fresh encoder. */
export interface FreshSizes {
  /** Default `bert`. */
  readonly family?: FreshFamily;
  readonly layers: number;
  /** Features of each position. */
  readonly width: number;
  /** Default one for 64 features, at least 1. */
  readonly heads?: number;
  /** Default 4 · width. */
  readonly feedForwardWidth?: number;
  /** Tokens of the vocabulary that is learnt from the corpus; default 8,000. */
  readonly vocabularySize?: number;
  /** Standard deviation of the weights that are drawn, before they are cut at two of it, above 0; default 0.02, BERT's for a width of 768. Narrow encoders learn sooner from more, such as 0.04 for a width of 128. */
  readonly initializerRange?: number;
}

/** A preset of `@cloze/masking` by its name, with other options in place of its own: `{ preset: 'whole-word', rate: 0.3 }`. */
export interface PresetMask extends Omit<MaskPolicy, 'name' | 'about'> {
  readonly preset: string;
}

/** How an encoder is pretrained; names as in Hugging Face's trainer where the meaning is the same. */
export interface PretrainSettings extends UpdateSettings {
  /** What is hidden and asked: a policy of `@cloze/masking`, or a preset by its name; default BERT's. T-TA and left-to-right models ask every token and take none. */
  readonly mask?: Policy | PresetMask;
  /**
   * Parts one after another, each with its own question, instead of `mask`: 30 % then 15 % (`[{ share: 0.8, mask: { ...bert, rate: 0.3 } }, { share: 0.2, mask: bert }]`), causal
   * then masked (`[{ share: 0.5, causal: true }, { share: 0.5 }]`), or AntLM's three parts (Yu et al. 2024: 1/6 causal, 2/3 masked, 1/6 causal).
   */
  readonly stages?: readonly PretrainStage[];
  /** Hides tokens less often that the model gets right already (AMLM), or classes of them whose loss is low (`by: 'loss'`), whatever `mask` says of units and rate; `{}` takes every default. Not in several processes. */
  readonly adaptive?: AdaptiveMasking;
  readonly maxSteps: number;
  /** Tokens a row at most, special ones included; default 128, or what the model reads. */
  readonly length?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Held-out rows that are scored at the end, default 200; 0 scores none. */
  readonly heldOutRows?: number;
  /** Updates between two looks at the loss of the held-out rows, told to `onEvaluate` as `heldOutLoss` (nats an asked token); default none. A look changes nothing of the training. */
  readonly evalSteps?: number;
}

/** Settings without a default: left out, they do nothing. */
type Undecided = 'mask' | 'stages' | 'adaptive' | 'dropout' | 'decayRatio' | 'evalSteps';

/** Settings with every default filled in. */
export type ResolvedPretraining = Required<Omit<PretrainSettings, Undecided>> & Pick<PretrainSettings, Undecided>;

/** Every setting there is: one more does not compile until it stands here. */
const settingNames: Readonly<Record<keyof PretrainSettings, true>> = {
  ...{
    mask: true,
    stages: true,
    adaptive: true,
    maxSteps: true,
    batchSize: true,
    length: true,
    gradientAccumulationSteps: true,
  },
  ...{ learningRate: true, lrSchedulerType: true, warmupRatio: true, decayRatio: true, weightDecay: true },
  ...{ maxGradNorm: true, optimiser: true, dropout: true, seed: true, heldOutRows: true, precision: true },
  ...{ nonFinite: true, evalSteps: true },
};

/**
 * Fills in what was left out and judges the rest.
 *
 * @param longest the most tokens that the model reads @param fresh whether weights are drawn
 * @throws {RangeError} naming every setting that is unknown or out of its range
 */
export function resolvePretraining(settings: PretrainSettings, longest: number, fresh: boolean): ResolvedPretraining {
  const full: ResolvedPretraining = {
    batchSize: 32,
    length: Math.min(128, longest),
    gradientAccumulationSteps: 1,
    learningRate: fresh ? 1e-3 : 1e-4,
    lrSchedulerType: 'linear',
    warmupRatio: 0.06,
    weightDecay: 0.01,
    maxGradNorm: 1,
    optimiser: 'adamw',
    seed: 1,
    heldOutRows: 200,
    precision: 'float32',
    nonFinite: 'stop',
    ...settings,
  };
  const problems = Object.keys(settings)
    .filter((name) => !Object.hasOwn(settingNames, name))
    .map((name) => `'${name}' is no setting; there are ${Object.keys(settingNames).sort().join(', ')}`);
  for (const [name, least] of [
    ['maxSteps', 1],
    ['batchSize', 1],
    ['gradientAccumulationSteps', 1],
    ['seed', 0],
    ['heldOutRows', 0],
  ] as const)
    if (!(Number.isInteger(full[name]) && full[name] >= least))
      problems.push(`${name} must be a whole number of at least ${least}, got ${full[name]}`);
  if (!(Number.isInteger(full.length) && full.length >= 8 && full.length <= longest))
    problems.push(`length must be a whole number from 8 to ${longest}, got ${full.length}`);
  if (!(full.learningRate > 0 && Number.isFinite(full.learningRate)))
    problems.push(`learningRate must be above 0, got ${full.learningRate}`);
  const { evalSteps } = full;
  if (evalSteps !== undefined && !(Number.isInteger(evalSteps) && evalSteps >= 1))
    problems.push(`evalSteps must be a whole number of at least 1, got ${evalSteps}`);
  if (evalSteps !== undefined && full.heldOutRows === 0)
    problems.push('evalSteps looks at held-out rows, and heldOutRows is 0; leave evalSteps out');
  for (const [name, high] of [
    ['warmupRatio', 1],
    ['weightDecay', 1e6],
    ['maxGradNorm', 1e30],
  ] as const)
    if (!(full[name] >= 0 && full[name] <= high))
      problems.push(`${name} must lie between 0 and ${high}, got ${full[name]}`);
  if (full.dropout !== undefined && !(full.dropout >= 0 && full.dropout < 1))
    problems.push(`dropout must be at least 0 and below 1, got ${full.dropout}`);
  if (full.batchSize % full.gradientAccumulationSteps !== 0)
    problems.push(
      `gradientAccumulationSteps (${full.gradientAccumulationSteps}) must divide batchSize (${full.batchSize})`,
    );
  for (const problem of [
    ...decayProblems(settings),
    ...stageProblems(settings.stages, settings.mask),
    ...adaptiveProblems(settings.adaptive),
  ])
    problems.push(problem);
  if (problems.length > 0) throw new RangeError(`pretrain: ${problems.join('; ')}.`);
  return full;
}
