import { cosineRate, linearRate, type MaskPolicy, type Policy, slotsFor } from '@cloze/masking';
import type { PresetMask } from './pretrain-settings.ts';

/** A part of a pretraining with a question of its own. */
export interface PretrainStage {
  /** Share of the steps, above 0; those of all stages add up to 1. */
  readonly share: number;
  /** What is hidden and asked meanwhile; default BERT's. Not with `causal`. */
  readonly mask?: Policy | PresetMask;
  /** Each output sees only what comes before and predicts the next token; default false. */
  readonly causal?: boolean;
  /** The rate at the stage's last step, 0 to 1; the mask's own is that of its first. Default: it stays. */
  readonly rateTo?: number;
  /** How the rate gets there, default `linear`. */
  readonly rateCourse?: 'linear' | 'cosine';
}

const known = ['share', 'mask', 'causal', 'rateTo', 'rateCourse'];

/** What is wrong with one stage. */
function problemsOf({ share, mask, causal, rateTo, rateCourse }: PretrainStage): string[] {
  const problems: string[] = [];
  if (!(share > 0 && share <= 1)) problems.push(`share must be above 0 and at most 1, got ${share}`);
  if (causal !== undefined && typeof causal !== 'boolean')
    problems.push(`causal must be true or false, got ${String(causal)}`);
  if (causal && mask !== undefined) problems.push('a causal stage hides nothing, so leave its mask out');
  if (rateTo !== undefined && !(rateTo >= 0 && rateTo <= 1))
    problems.push(`rateTo must be in [0, 1], got ${String(rateTo)}`);
  if (causal && rateTo !== undefined) problems.push('a causal stage hides nothing, so leave its rateTo out');
  if (rateCourse !== undefined && !['linear', 'cosine'].includes(rateCourse))
    problems.push(`rateCourse must be one of linear, cosine, got ${String(rateCourse)}`);
  if (rateCourse !== undefined && rateTo === undefined) problems.push('rateCourse needs rateTo');
  return problems;
}

/** What is wrong with stages, each naming the stage by its number from 1. */
export function stageProblems(stages: readonly PretrainStage[] | undefined, mask: unknown): string[] {
  if (stages === undefined) return [];
  if (!Array.isArray(stages) || stages.length === 0)
    return ['stages must be a list of at least one stage, such as { share: 1 }'];
  const problems = stages.flatMap((stage: PretrainStage, i) =>
    typeof stage !== 'object' || stage === null
      ? [`stage ${i + 1} must be an object with a share`]
      : [
          ...Object.keys(stage)
            .filter((name) => !known.includes(name))
            .map((name) => `stage ${i + 1} has no '${name}'; there are ${known.join(', ')}`),
          ...problemsOf(stage).map((problem) => `stage ${i + 1}: ${problem}`),
        ],
  );
  if (mask !== undefined) problems.push("give 'mask' or 'stages', not both");
  const sum = stages.reduce((total, stage) => total + (stage?.share ?? 0), 0);
  if (problems.length === 0 && Math.abs(sum - 1) > 1e-9)
    problems.push(`the shares of the stages must add up to 1, got ${sum}`);
  return problems;
}

/** The last step of each stage: of stage i ⌊½ + maxSteps · (its share and those before it)⌋. */
export function stageEnds(stages: readonly Pick<PretrainStage, 'share'>[], maxSteps: number): number[] {
  let share = 0;
  return stages.map((stage) => Math.round((share += stage.share) * maxSteps));
}

/** The number of the stage, from 0, that each step 1 … `maxSteps` belongs to. */
export function stageOf(ends: readonly number[]): (step: number) => number {
  return (step) => {
    const stage = ends.findIndex((end) => step <= end);
    return stage < 0 ? ends.length - 1 : stage;
  };
}

/** What a stage asks at each of its steps, counted from 1, and the room that all of them fit. */
export interface StageCourse {
  readonly policyAt: (step: number) => Policy;
  /** Room for targets in rows of a length. */
  readonly slots: (length: number) => number;
}

/**
 * The course of a stage of so many steps.
 *
 * @throws {RangeError} where a rate is to change and the policy has none that is a number
 */
export function courseOf(policy: Policy, { rateTo, rateCourse = 'linear' }: PretrainStage, steps: number): StageCourse {
  if (rateTo === undefined) return { policyAt: () => policy, slots: (length) => slotsFor(policy, length) };
  const from = 'targetsOf' in policy ? undefined : (policy.rate ?? 0.15);
  if (typeof from !== 'number' || 'targetsOf' in policy || policy.choose || policy.predictionRate !== undefined)
    throw new RangeError(
      `pretrain: rateTo changes the rate of a policy that hides tokens by one; '${policy.name ?? 'mask'}' does not. Leave it out.`,
    );
  const hiding: MaskPolicy = policy;
  const rate = (rateCourse === 'cosine' ? cosineRate : linearRate)({ from, to: rateTo, steps: Math.max(1, steps) });
  const most = { ...hiding, rate: Math.max(from, rateTo) };
  return {
    policyAt: (step) => ({ ...hiding, rate: rate(step, { next: () => 0 }) }),
    // One number for the stage, so that its step is traced once.
    slots: (length) => slotsFor(most, length),
  };
}
