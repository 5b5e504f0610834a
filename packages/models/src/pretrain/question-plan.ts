import { type EncoderConfig, type FamilyName, visibilityOf } from '@cloze/encoder';
import type { Policy, SimilarWords } from '@cloze/masking';
import { hashOf } from '../hash-of.ts';
import { type AdaptiveWeights, adaptable, adaptiveWeights } from './adaptive-masks.ts';
import { asksEarlier, policyAsData, policyFor } from './policy-for.ts';
import type { PretrainSettings, ResolvedPretraining } from './pretrain-settings.ts';
import { courseOf, type PretrainStage, stageEnds, stageOf } from './stages.ts';

/** A policy as it was asked for, made. */
interface Chosen {
  readonly policy: Policy | undefined;
  readonly similar?: SimilarWords;
  readonly sources: Readonly<Record<string, string>>;
}

/** What each step of a pretraining asks. */
export interface QuestionPlan {
  /** One a stage. */
  readonly policies: readonly Policy[];
  readonly policyOf: (step: number) => Policy;
  readonly causalAt: (step: number) => boolean;
  /** Room for targets in rows of a length, at a step. */
  readonly slotsAt: (step: number, length: number) => number;
  /** The most room that any step needs. */
  readonly slotsMost: (length: number) => number;
  /** Whether hidden tokens are asked one place earlier, so that the model is to be asked so ever after. */
  readonly predictsNext: boolean;
  readonly similar?: SimilarWords | undefined;
  /** Weights of tokens that follow the model, where they are asked for. */
  readonly adaptive?: AdaptiveWeights | undefined;
  /** What tells it from others: `mask`, or `stages`, and how masks follow the model. */
  readonly asData: () => Promise<Readonly<Record<string, unknown>>>;
}

/** Whether hidden tokens are asked one place earlier in stages that hide any. @throws {RangeError} where some stages do and others do not */
function earlierOf(parts: readonly PretrainStage[], policies: readonly Policy[], before: boolean): boolean {
  const hiding = [...policies.entries()].filter(([i]) => parts[i]?.causal !== true);
  const [earlier, own] = [true, false].map((is) => hiding.filter(([, policy]) => asksEarlier(policy) === is));
  if (earlier?.[0] && own?.[0])
    throw new RangeError(
      `pretrain: stage ${earlier[0][0] + 1} asks hidden tokens one place earlier, stage ${own[0][0] + 1} where they stand; a model learns one of them.`,
    );
  return earlier?.[0] ? true : before;
}

/**
 * The questions of a pretraining, stage by stage; one stage where none are asked for.
 *
 * @throws {RangeError} for a causal stage of a family that cannot see only what comes before, where a question does not suit what outputs see, where stages ask
 * hidden tokens at different places, where a rate is to change that is none, and where classes do not divide the vocabulary
 */
export async function planOf(
  {
    mask,
    stages,
    adaptive: following,
    maxSteps,
  }: Pick<ResolvedPretraining, 'mask' | 'stages' | 'adaptive' | 'maxSteps'>,
  { family, config }: { readonly family: FamilyName; readonly config: EncoderConfig },
  maskOf: (asked: PretrainSettings['mask']) => Promise<Chosen>,
  tokenOf?: (id: number) => string | undefined,
): Promise<QuestionPlan> {
  const own = visibilityOf(family, config);
  const parts: readonly PretrainStage[] = stages ?? [{ share: 1, ...(mask !== undefined && { mask }) }];
  const chosen: Chosen[] = [];
  const policies: Policy[] = [];
  for (const [i, { mask: asked, causal = false }] of parts.entries()) {
    if (causal && (own !== 'all' || visibilityOf(family, { ...config, leftToRight: true }) !== 'before'))
      throw new RangeError(
        `pretrain: stage ${i + 1} is causal, but the outputs of a ${family} ${own === 'all' ? 'cannot see only what comes before' : 'do not see every token otherwise'}; leave 'causal' out.`,
      );
    const made = await maskOf(asked);
    chosen.push(made);
    const policy = policyFor(causal ? 'before' : own, made.policy, config.predictsNext);
    policies.push(following && !causal ? adaptable(policy) : policy);
  }
  const ends = stageEnds(parts, maxSteps);
  const stageAt = stageOf(ends);
  const startOf = (stage: number) => ends[stage - 1] ?? 0;
  const courses = parts.map((part, i) => courseOf(policies[i] as Policy, part, (ends[i] as number) - startOf(i)));
  const adaptive = following && adaptiveWeights(config.vocabularySize, following, tokenOf);
  const courseAt = (step: number) => courses[stageAt(step)] as (typeof courses)[number];
  return {
    policies,
    policyOf: (step) => {
      const policy = courseAt(step).policyAt(step - startOf(stageAt(step)));
      return adaptive && !('targetsOf' in policy) ? { ...policy, chances: adaptive.chancesAt(step) } : policy;
    },
    adaptive,
    causalAt: (step) => parts[stageAt(step)]?.causal === true,
    slotsAt: (step, length) => courseAt(step).slots(length),
    slotsMost: (length) => courses.reduce((most, { slots }) => Math.max(most, slots(length)), 0),
    predictsNext: earlierOf(parts, policies, config.predictsNext === true),
    similar: chosen.find(({ similar }) => similar)?.similar,
    asData: async () => {
      const data = await Promise.all(
        policies.map(async (policy, i) => ({ ...(await policyAsData(policy)), ...chosen[i]?.sources })),
      );
      // A table of a whole vocabulary's classes by its hash: a checkpoint and a model card hold this.
      const { classes } = following ?? {};
      const followed = following && { adaptive: { ...following, ...(classes && { classes: await hashOf(classes) }) } };
      if (!stages) return { ...followed, mask: data[0] };
      return {
        ...followed,
        stages: parts.map(({ mask: _, causal = false, ...rest }, i) => ({ ...rest, causal, mask: data[i] })),
      };
    },
  };
}
