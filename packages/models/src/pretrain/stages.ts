import type { Policy } from '@cloze/masking';
import type { PresetMask } from './pretrain-settings.ts';

/** A part of a pretraining with a question of its own. */
export interface PretrainStage {
  /** Share of the steps, above 0; those of all stages add up to 1. */
  readonly share: number;
  /** What is hidden and asked meanwhile; default BERT's. Not with `causal`. */
  readonly mask?: Policy | PresetMask;
  /** Each output sees only what comes before and predicts the next token; default false. */
  readonly causal?: boolean;
}

const known = ['share', 'mask', 'causal'];

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
          ...(stage.share > 0 && stage.share <= 1
            ? []
            : [`stage ${i + 1}: share must be above 0 and at most 1, got ${stage.share}`]),
          ...(stage.causal !== undefined && typeof stage.causal !== 'boolean'
            ? [`stage ${i + 1}: causal must be true or false, got ${String(stage.causal)}`]
            : []),
          ...(stage.causal && stage.mask !== undefined
            ? [`stage ${i + 1}: a causal stage hides nothing, so leave its mask out`]
            : []),
        ],
  );
  if (mask !== undefined) problems.push("give 'mask' or 'stages', not both");
  const sum = stages.reduce((total, stage) => total + (stage?.share ?? 0), 0);
  if (problems.length === 0 && Math.abs(sum - 1) > 1e-9)
    problems.push(`the shares of the stages must add up to 1, got ${sum}`);
  return problems;
}

/** The number of the stage, from 0, that each step 1 … `maxSteps` belongs to: stage i ends at step ⌊½ + maxSteps · (its share and those before it)⌋. */
export function stageOf(stages: readonly Pick<PretrainStage, 'share'>[], maxSteps: number): (step: number) => number {
  let share = 0;
  const ends = stages.map((stage) => Math.round((share += stage.share) * maxSteps));
  return (step) => {
    const stage = ends.findIndex((end) => step <= end);
    return stage < 0 ? stages.length - 1 : stage;
  };
}
