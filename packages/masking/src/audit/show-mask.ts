import type { MaskableBatch, MaskedBatch } from '../batch.ts';
import { checkBatch } from '../batch.ts';
import type { Policy } from '../targets/target-policy.ts';
import { type MaskOutcome, maskOutcomes, type OutcomeIds } from './mask-outcomes.ts';

/** How `showMask` writes a masked text. */
export const maskLegend =
  '▢ [MASK], ‹x› another token, «x» kept but predicted, _ removed; without a target: ▫ [MASK], ~x~ another token';

function written({ became, isTarget }: MaskOutcome, word: string): string {
  if (became === 'masked') return isTarget ? '▢' : '▫';
  if (became === 'removed') return '_';
  if (became === 'replaced') return isTarget ? `‹${word}›` : `~${word}~`;
  return became === 'kept' ? `«${word}»` : word;
}

/** One row as text: what the model reads, with the tokens it must predict marked. */
function write(row: readonly MaskOutcome[], tokenOf: (id: number) => string): string {
  let text = '';
  for (const outcome of row) {
    const token = tokenOf(outcome.input);
    const latin = /^[a-z0-9]/i.test(token) && /[a-z0-9]$/i.test(text);
    text += (latin ? ' ' : '') + written(outcome, token.replace(/^##/, ''));
  }
  return text;
}

/** What writing needs to know of the vocabulary. */
export interface ShowSetting extends OutcomeIds {
  readonly tokenOf: (id: number) => string;
}

/** What a policy does to each row of a batch, a text for each masked copy; `maskOutcomes` gives the same as data. */
export function showMask(before: MaskableBatch, after: MaskedBatch, policy: Policy, setting: ShowSetting): string[] {
  checkBatch('showMask', before);
  const { tokenOf, maskId, padId } = setting;
  return maskOutcomes(before, after, policy, { maskId, padId }).map((row) => write(row, tokenOf));
}
