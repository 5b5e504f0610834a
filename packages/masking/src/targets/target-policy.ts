import type { MaskableBatch, MaskedBatch } from '../batch.ts';
import type { MaskPolicy, MaskSetting } from '../mask-options.ts';

/**
 * What a target is: `own` the token at its position, `next` the one behind it (of a policy whose `visibility` is `all`: a hidden token, asked one place earlier), `replaced` 0 or 1, `removed` a token the encoder is
 * not given (its inputs are `removeTokens`' kept rows), `shorter` nothing, for rows only lose tokens.
 */
export type TargetKind = 'own' | 'next' | 'replaced' | 'removed' | 'shorter';

/** A policy that is no choice of tokens to hide: it asks every token, the next one, or another question. */
export interface TargetPolicy {
  /** Its name in messages and tables, e.g. `t-ta`. */
  readonly name: string;
  /** What it does, in half a sentence. */
  readonly about: string;
  readonly kind: TargetKind;
  /**
   * What an encoder's output at a token may see, lest the question answers itself: `all` tokens, all `others`, those `before`. Absent where the question is
   * not asked of a language-model head (ELECTRA's) or needs rows of another form: `pretrain` refuses such a policy.
   */
  readonly visibility?: 'all' | 'others' | 'before';
  /** The way of hiding that it is made of, where it is made of one. */
  readonly of?: MaskPolicy;
  /** Most targets of a row of `length` tokens of which `maskable` may be chosen. */
  readonly room: (length: number, maskable: number) => number;
  /** Inputs and targets of a batch. */
  readonly targetsOf: (batch: MaskableBatch, setting: MaskSetting) => MaskedBatch;
}

/** Any way from rows to inputs and targets. */
export type Policy = MaskPolicy | TargetPolicy;

/** True for a policy that is no choice of tokens to hide. */
export const isTargetPolicy = (policy: Policy): policy is TargetPolicy => 'targetsOf' in policy;
