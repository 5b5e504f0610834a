import {
  decoupled,
  dropTokens,
  type MaskableBatch,
  type MaskedBatch,
  mask40,
  maskBatch,
  maskCopies,
  predictNext,
  predictPermuted,
  predictPrefix,
  type RandomStream,
  removeTokens,
  replacedTokens,
  splitMaskable,
  targetEveryToken,
  wholeWord,
} from '../src/index.ts';
import { firstId, maskId, padId, vocabularySize } from './hard-batch.ts';

/** A policy that is no option of `maskBatch`. */
export interface OtherPolicy {
  readonly name: string;
  /** Where a target's token stands, relative to its position; `judged`: targets are 0 and 1. */
  readonly target: 0 | 1 | 'judged';
  readonly run: (
    batch: MaskableBatch,
    randomOf: (row: number) => RandomStream,
    slots: number,
  ) => MaskedBatch & { readonly order?: Int32Array };
}

const setting = { maskId, candidates: { from: firstId, to: vocabularySize } };

export const otherPolicies: readonly OtherPolicy[] = [
  { name: 'T-TA', target: 0, run: (batch, _, slots) => targetEveryToken(batch, { slots }) },
  { name: 'left-to-right', target: 1, run: (batch, _, slots) => predictNext(batch, { slots }) },
  { name: 'prefix', target: 1, run: (batch, _, slots) => predictPrefix(batch, { slots }) },
  { name: 'permutation', target: 0, run: (batch, randomOf, slots) => predictPermuted(batch, { slots, randomOf }) },
  {
    name: 'replaced tokens',
    target: 'judged',
    run: (batch, randomOf, slots) => {
      const masked = maskBatch(batch, { ...mask40, ...setting, slots, randomOf });
      return replacedTokens(batch, masked, {
        samples: masked.targets.map((id) => (id % 3 === 0 ? id : firstId)),
        slots,
      });
    },
  },
  {
    name: 'static split',
    target: 0,
    run: (batch, randomOf, slots) =>
      maskBatch(splitMaskable(batch, { rate: 0.3, randomOf }).training, { rate: 1, ...setting, slots, randomOf }),
  },
  {
    name: 'copies 10/40',
    target: 0,
    run: (batch, randomOf, slots) =>
      maskCopies(batch, { ...decoupled({ corrupt: 0.1, predict: 0.1 }), predict: 0.4, ...setting, slots, randomOf }),
  },
  {
    name: 'copies of whole words 20/50',
    target: 0,
    run: (batch, randomOf, slots) =>
      maskCopies(batch, { ...wholeWord, rate: 0.2, predict: 0.5, ...setting, slots, randomOf }),
  },
  { name: 'MAE', target: 0, run: (batch, randomOf, slots) => removeTokens(batch, { padId, slots, randomOf }).targets },
  {
    name: 'DropToken, what is left',
    target: 0,
    run: (batch, randomOf, slots) => {
      const { restore, shape } = dropTokens(batch, { rate: 0.4, padId, randomOf });
      return targetEveryToken(
        { ...batch, maskable: batch.maskable.map((x, at) => (restore[at] === shape[1] ? 0 : x)) },
        { slots },
      );
    },
  },
];
