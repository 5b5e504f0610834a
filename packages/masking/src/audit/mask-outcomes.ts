import { checkOptions, needed, type Rules, whole } from '@cloze/checks';
import type { MaskableBatch, MaskedBatch } from '../batch.ts';
import { checkBatch } from '../batch.ts';
import { isTargetPolicy, type Policy } from '../targets/target-policy.ts';
import { asOwnTargets } from './as-own.ts';

/** What a policy made of a token. */
export interface MaskOutcome {
  /** Its place in the row, from 0. */
  readonly column: number;
  /** The token's id. */
  readonly original: number;
  /** The id that the model reads in its place; of a removed token the padding's. */
  readonly input: number;
  /** `kept`: read as it is and asked for nevertheless; `plain`: read as it is and not asked for. */
  readonly became: 'masked' | 'replaced' | 'removed' | 'kept' | 'plain';
  /** Whether it must be predicted. */
  readonly isTarget: boolean;
}

/** The ids that a mask is told by. */
export interface OutcomeIds {
  /** Id of the mask token. */
  readonly maskId: number;
  /** Id of pads. */
  readonly padId: number;
}

const rules: Rules<OutcomeIds> = { maskId: needed(whole(0)), padId: needed(whole(0)) };

/**
 * What a policy made of each token of a batch, row by row, a row for each masked copy; special tokens and pads are left out, those that a text spells are not.
 *
 * A next token is asked for where it stands, not where the answer is read.
 *
 * @param before `[rows, length]` @param after what `mask` gave, `[rows·copies, length]` @param options.maskId id of the mask token @param options.padId id of pads
 * @throws {TypeError} for what is no batch of rows {RangeError} for ids that are missing or no whole numbers from 0
 */
export function maskOutcomes(
  before: MaskableBatch,
  after: MaskedBatch,
  policy: Policy,
  options: OutcomeIds,
): MaskOutcome[][] {
  checkOptions('maskOutcomes', options, rules);
  const { maskId, padId } = options;
  checkBatch('maskOutcomes', before);
  const length = before.shape[1];
  const kind = isTargetPolicy(policy) ? policy.kind : 'own';
  const told = asOwnTargets(before, after, kind);
  const copies = told.shape[0] / before.shape[0];
  return Array.from({ length: told.shape[0] }, (_, row) => {
    const source = Math.floor(row / copies) * length;
    const isTarget = new Uint8Array(length);
    for (let slot = row * told.slots; slot < (row + 1) * told.slots; slot++)
      if (told.weights[slot]) isTarget[told.targetPositions[slot] as number] = 1;
    const outcomes: MaskOutcome[] = [];
    for (let column = 0; column < length; column++) {
      if (!before.maskable[source + column] && !before.written?.[source + column]) continue;
      const original = before.ids[source + column] as number;
      const asked = isTarget[column] === 1;
      // A removed token is a target that the encoder does not see.
      const input = kind === 'removed' && asked ? padId : (told.ids[row * length + column] as number);
      const unseen = input === maskId ? 'masked' : input === padId ? 'removed' : undefined;
      const became = unseen ?? (input !== original ? 'replaced' : asked ? 'kept' : 'plain');
      outcomes.push({ column, original, input, became, isTarget: asked });
    }
    return outcomes;
  });
}
