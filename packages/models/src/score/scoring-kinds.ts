import { leftToRight, maskEachToken, maskWordsLeftToRight, onePass, type ScoringKind } from '@cloze/eval';
import type { LoadedModel } from '../model/loaded-model.ts';

/** Ways of scoring, by the name they have on the command line. */
export const scoringKinds = {
  masked: maskEachToken,
  'masked-words': maskWordsLeftToRight,
  'one-pass': onePass,
  'left-to-right': leftToRight,
} as const satisfies Record<string, ScoringKind>;

/** Name of a way of scoring. */
export type ScoringKindName = keyof typeof scoringKinds;

const suitable = { all: 'masked', others: 'one-pass', before: 'left-to-right' } as const;

/**
 * The way of scoring that suits a model: T-TA in one pass, a left-to-right model from the left, any other by masking.
 *
 * @param wanted what the user asked for @throws {Error} when the model would see the answers
 */
export function scoringKindFor(
  { name, visibility }: Pick<LoadedModel, 'name' | 'visibility'>,
  wanted?: ScoringKindName,
): ScoringKindName {
  const own = suitable[visibility];
  if (wanted === undefined || wanted === own) return own;
  if (own === 'left-to-right')
    throw new Error(`${name} reads from left to right (is_decoder in config.json); use --kind left-to-right.`);
  if (wanted === 'one-pass')
    throw new Error(
      `--kind one-pass needs a T-TA: a token of ${name} sees itself and would be no guess; use --kind masked.`,
    );
  if (wanted === 'left-to-right')
    throw new Error(
      `--kind left-to-right needs is_decoder in config.json; ${name} sees both sides. Use --kind ${own}.`,
    );
  return wanted;
}
