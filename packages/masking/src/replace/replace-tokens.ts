import type { RandomStream } from '../batch.ts';
import type { TokenRow } from '../units/units.ts';
import type { SimilarWords } from './similar-words.ts';

/** Shares of what a chosen token becomes; they sum to 1. */
export interface Replacement {
  readonly mask: number;
  readonly random: number;
  readonly keep: number;
  /** A similar word (MacBERT), or a random one where none is known. Default 0. */
  readonly similar?: number;
}

/** How chosen tokens are replaced. */
export interface Replacing {
  readonly shares: Replacement;
  /** Draw what happens for each token, or once for all tokens of a unit. */
  readonly per: 'token' | 'unit';
  readonly maskId: number;
  readonly drawId: (random: RandomStream) => number;
  readonly similar: SimilarWords | undefined;
}

/** One past the last token of the word at `i`, within the same draw. */
function wordEnd({ batch, offset, columns, count }: TokenRow, chosen: Int32Array, i: number): number {
  const word = batch.wordNumbers[offset + (columns[i] as number)] as number;
  let end = i + 1;
  while (
    word >= 0 &&
    end < count &&
    chosen[end] === chosen[i] &&
    columns[end] === (columns[end - 1] as number) + 1 &&
    batch.wordNumbers[offset + (columns[end] as number)] === word
  )
    end++;
  return end;
}

/** Writes the inputs of a row's chosen tokens into `ids`, in the order of the columns. */
export function replaceTokens(
  row: TokenRow,
  chosen: Int32Array,
  ids: Int32Array,
  { shares, per, maskId, drawId, similar }: Replacing,
  random: RandomStream,
): void {
  const { batch, offset, columns, count } = row;
  const untilRandom = shares.mask + shares.random;
  const untilSimilar = untilRandom + (shares.similar ?? 0);
  let fate = 0;
  let held = 0;
  for (let i = 0; i < count; i++) {
    const unit = chosen[i] as number;
    if (unit === 0) continue;
    if (per === 'token' || unit !== held) fate = random.next();
    held = unit;
    const place = offset + (columns[i] as number);
    if (fate < shares.mask) ids[place] = maskId;
    else if (fate < untilRandom) ids[place] = drawId(random);
    else if (fate < untilSimilar) {
      const end = per === 'unit' ? wordEnd(row, chosen, i) : i + 1;
      const found = similar?.(batch.ids.slice(place, place + end - i)) ?? [];
      const word = found.length > 0 ? found[Math.floor(random.next() * found.length)] : undefined;
      for (let k = 0; k < end - i; k++) ids[place + k] = word ? (word[k] as number) : drawId(random);
      i = end - 1;
    }
  }
}
