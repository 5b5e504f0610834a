import { callable, needed, type Rules, real, ruleOf, whole } from '@cloze/checks';
import type { BootstrapOptions } from './bootstrap-interval.ts';
import type { PermutationOptions } from './paired-permutation.ts';

/** The share of an interval, strictly between 0 and 1. */
export const levelRule = real({ above: 0, below: 1 });
const randomRule = needed(
  ruleOf(
    'a stream of random numbers, such as streamFrom(1)',
    (value) => typeof value === 'object' && value !== null && 'next' in value && typeof value.next === 'function',
  ),
);
const shared = { samples: whole(1), random: randomRule, statistic: callable };

/** Rules of what resamples with replacement. */
export const bootstrapRules: Rules<BootstrapOptions & { readonly statistic?: unknown }> = {
  level: levelRule,
  ...shared,
};
/** Rules of what swaps. */
export const permutationRules: Rules<PermutationOptions & { readonly statistic?: unknown }> = shared;
