import { type EncoderConfig, type FamilyName, visibilityOf } from '@cloze/encoder';
import type { Policy, SimilarWords } from '@cloze/masking';
import { policyAsData, policyFor } from './policy-for.ts';
import type { PretrainSettings, ResolvedPretraining } from './pretrain-settings.ts';
import { stageOf } from './stages.ts';

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
  readonly similar?: SimilarWords | undefined;
  /** What tells it from others: `mask`, or `stages`. */
  readonly asData: () => Promise<Readonly<Record<string, unknown>>>;
}

/**
 * The questions of a pretraining, stage by stage; one stage where none are asked for.
 *
 * @throws {RangeError} for a causal stage of a family that cannot see only what comes before, and where a question does not suit what outputs see
 */
export async function planOf(
  { mask, stages, maxSteps }: Pick<ResolvedPretraining, 'mask' | 'stages' | 'maxSteps'>,
  { family, config }: { readonly family: FamilyName; readonly config: EncoderConfig },
  maskOf: (asked: PretrainSettings['mask']) => Promise<Chosen>,
): Promise<QuestionPlan> {
  const own = visibilityOf(family, config);
  const parts = stages ?? [{ share: 1, ...(mask !== undefined && { mask }) }];
  const chosen: Chosen[] = [];
  const policies: Policy[] = [];
  for (const [i, { mask: asked, causal = false }] of parts.entries()) {
    if (causal && (own !== 'all' || visibilityOf(family, { ...config, leftToRight: true }) !== 'before'))
      throw new RangeError(
        `pretrain: stage ${i + 1} is causal, but the outputs of a ${family} ${own === 'all' ? 'cannot see only what comes before' : 'do not see every token otherwise'}; leave 'causal' out.`,
      );
    const made = await maskOf(asked);
    chosen.push(made);
    policies.push(policyFor(causal ? 'before' : own, made.policy));
  }
  const stageAt = stageOf(parts, maxSteps);
  return {
    policies,
    policyOf: (step) => policies[stageAt(step)] as Policy,
    causalAt: (step) => parts[stageAt(step)]?.causal === true,
    similar: chosen.find(({ similar }) => similar)?.similar,
    asData: async () => {
      const data = await Promise.all(
        policies.map(async (policy, i) => ({ ...(await policyAsData(policy)), ...chosen[i]?.sources })),
      );
      if (!stages) return { mask: data[0] };
      return { stages: parts.map(({ share, causal = false }, i) => ({ share, causal, mask: data[i] })) };
    },
  };
}
