import { anything, checkOptions, checkText, oneOf, real, whole } from '@cloze/checks';
import { findMasks, probabilitiesOf } from '../fill/find-masks.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import { textOfTokens } from './text-of-tokens.ts';

/** How the masks of a text are filled together. */
export interface UnmaskOptions {
  /** Rounds; each fills an equal part of the masks that are left, rounded up. Default one mask a round; 1 fills all at once. */
  readonly steps?: number;
  /** Which masks a round fills: the surest (`confidence`, default), or any (`random`). */
  readonly order?: 'confidence' | 'random';
  /** T ≥ 0: a token is drawn by `p^(1/T)`; 0, the default, takes the likeliest. */
  readonly temperature?: number;
  /** Needed for `random` and for a temperature above 0. */
  readonly random?: { next(): number };
}

/** A mask that was filled. */
export interface Unmasked {
  readonly id: number;
  readonly token: string;
  /** What the model gave it in its round, masks that were left then hidden. */
  readonly probability: number;
  /** Its round, from 1. */
  readonly step: number;
}

/** A text whose masks are filled. */
export interface UnmaskedText {
  readonly text: string;
  /** In the order of the text. */
  readonly filled: readonly Unmasked[];
}

/** Draws an id by `p^(1/T)`, or takes the likeliest. */
function drawId(p: Float32Array, temperature: number, random: UnmaskOptions['random']): number {
  const best = p.reduce((top, value, id) => (value > (p[top] as number) ? id : top), 0);
  if (temperature === 0 || !random) return best;
  // Relative to the likeliest, so that no power under- or overflows.
  const shares = p.map((value) => (value / (p[best] as number)) ** (1 / temperature));
  let left = random.next() * shares.reduce((sum, share) => sum + share, 0);
  const drawn = shares.findIndex((share) => (left -= share) < 0);
  return drawn < 0 ? best : drawn;
}

/**
 * Fills all masks of a text together, as a masked diffusion model is sampled: in rounds, each seeing what the rounds before it filled.
 *
 * A round predicts every mask that is left, keeps the tokens of some of them (the surest, or any) and hides the rest again (Nie et al. 2025). With one mask a
 * round and the likeliest tokens this is what `fillMasks` does one by one; `fillMasks` itself never lets one guess see another.
 *
 * @throws {TypeError} for what is no text {Error} when the text has no mask, is longer than the model reads, or the model has no head
 * @throws {RangeError} for options out of range, and where something is to be drawn and no `random` is given
 */
export async function unmask(model: LoadedModel, text: string, options: UnmaskOptions = {}): Promise<UnmaskedText> {
  checkOptions('unmask', options, {
    steps: whole(1),
    order: oneOf(['confidence', 'random']),
    temperature: real({ from: 0 }),
    random: anything,
  });
  checkText('unmask: the text', text);
  const { order = 'confidence', temperature = 0, random } = options;
  if (!random && (order === 'random' || temperature > 0))
    throw new RangeError(
      `unmask: ${order === 'random' ? "order 'random'" : `a temperature of ${temperature}`} draws, so it needs 'random', such as streamFrom(1) of @cloze/random.`,
    );
  const { encoding, columns, targetPositions } = await findMasks(model, text);
  const { steps = columns.length } = options;
  const ids = Int32Array.from(encoding.ids);
  const filled = new Map<number, Unmasked>();
  for (let step = 1; filled.size < columns.length; step++) {
    const { p } = await probabilitiesOf(model)({ ...model.batchOf([{ ...encoding, ids }]), targetPositions });
    const size = p.values.length / columns.length;
    const left = [...columns.keys()].filter((slot) => !filled.has(slot));
    const guesses = left.map((slot) => {
      const row = Float32Array.from(p.values.subarray(slot * size, (slot + 1) * size));
      const id = drawId(row, temperature, random);
      const probability = row[id] as number;
      return { slot, id, probability, rank: order === 'confidence' ? -probability : (random?.next() ?? 0) };
    });
    guesses.sort((a, b) => a.rank - b.rank || a.slot - b.slot);
    for (const { slot, id, probability } of guesses.slice(0, Math.ceil(left.length / Math.max(1, steps - step + 1)))) {
      ids[columns[slot] as number] = id;
      filled.set(slot, { id, token: model.tokenizer.tokenOf(id) ?? '', probability, step });
    }
  }
  return {
    text: await textOfTokens(model.tokenizer, [...ids]),
    filled: [...columns.keys()].map((slot) => filled.get(slot) as Unmasked),
  };
}
