import type { MaskableBatch, MaskedBatch } from '../batch.ts';
import { checkBatch } from '../batch.ts';
import { isTargetPolicy, type Policy } from '../targets/target-policy.ts';
import { asOwnTargets } from './as-own.ts';

/** How `showMask` writes a masked text. */
export const maskLegend =
  '▢ [MASK], ‹x› another token, «x» kept but predicted, _ removed; without a target: ▫ [MASK], ~x~ another token';

/** One row as text: what the model reads, with the tokens it must predict marked. */
function write(before: MaskableBatch, after: MaskedBatch, row: number, setting: ShowSetting): string {
  const length = before.shape[1];
  const { tokenOf, maskId, padId } = setting;
  const copies = after.shape[0] / before.shape[0];
  const source = Math.floor(row / copies) * length;
  const target = new Uint8Array(length);
  for (let slot = row * after.slots; slot < (row + 1) * after.slots; slot++)
    if (after.weights[slot]) target[after.targetPositions[slot] as number] = 1;
  let text = '';
  for (let column = 0; column < length; column++) {
    if (!before.maskable[source + column] && !before.written?.[source + column]) continue;
    const original = before.ids[source + column] as number;
    const input = after.ids[row * length + column] as number;
    const word = tokenOf(input).replace(/^##/, '');
    const latin = /^[a-z0-9]/i.test(tokenOf(input)) && /[a-z0-9]$/i.test(text);
    let shown: string;
    if (input === maskId) shown = target[column] ? '▢' : '▫';
    else if (input === padId) shown = '_';
    else if (input !== original) shown = target[column] ? `‹${word}›` : `~${word}~`;
    else shown = target[column] ? `«${word}»` : word;
    text += (latin ? ' ' : '') + shown;
  }
  return text;
}

/** What writing needs to know of the vocabulary. */
export interface ShowSetting {
  readonly tokenOf: (id: number) => string;
  readonly maskId: number;
  readonly padId: number;
}

/** What a policy does to each row of a batch, a text for each masked copy. */
export function showMask(before: MaskableBatch, after: MaskedBatch, policy: Policy, setting: ShowSetting): string[] {
  checkBatch('showMask', before);
  const length = before.shape[1];
  const kind = isTargetPolicy(policy) ? policy.kind : 'own';
  let told = asOwnTargets(before, after, kind);
  // A removed token is a target that the encoder does not see.
  if (kind === 'removed') {
    const ids = after.ids.slice();
    for (const [slot, weight] of after.weights.entries())
      if (weight)
        ids[Math.floor(slot / after.slots) * length + (after.targetPositions[slot] as number)] = setting.padId;
    told = { ...after, ids };
  }
  return Array.from({ length: told.shape[0] }, (_, row) => write(before, told, row, setting));
}
