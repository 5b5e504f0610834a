import type { ModelName } from './models.ts';

/** One of the encoders a quick start compares. */
export interface Contender {
  /** Name of its folder. */
  readonly id: string;
  /** Name in tables. */
  readonly label: string;
  readonly architecture: ModelName;
  /** Masking policy by name; default 80/10/10 on 15 % for BERT, every token for T-TA. */
  readonly policy?: string;
}

/** BERT under each masking policy named, or without names BERT and T-TA. */
export function contenders(policies: readonly string[]): readonly Contender[] {
  if (policies.length === 0)
    return [
      { id: 'bert', label: 'BERT', architecture: 'BERT' },
      { id: 't-ta', label: 'T-TA', architecture: 'T-TA' },
    ];
  return [...new Set(policies)].map((policy) => ({
    id: `bert-${policy}`,
    label: `BERT, ${policy}`,
    architecture: 'BERT',
    policy,
  }));
}
