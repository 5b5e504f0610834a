import { callable, checkOptions, checkText, whole } from '@cloze/checks';
import { type TellCut, tellCuts } from '../encode/cut-text.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import { findMasks, probabilitiesOf } from './find-masks.ts';

/** A token that may stand at a place. */
export interface Guess {
  readonly token: string;
  readonly id: number;
  readonly probability: number;
}

/** The guesses for one mask of a text. */
export interface FilledMask {
  /** UTF-16 index of the mask in the text. */
  readonly index: number;
  /** Likeliest first. */
  readonly guesses: readonly Guess[];
}

/** How a mask is filled. */
export interface FillOptions {
  /** Guesses for each mask, default 5. */
  readonly top?: number;
  /** Told where the text is longer than the model reads, and its masks are not in what is left out. */
  readonly onCut?: TellCut;
}

/**
 * The likeliest tokens for each mask of a text, each by itself: `softmax(logits)` at its place.
 *
 * `[MASK]` may stand in the text whatever the tokenizer calls its own.
 *
 * @throws {TypeError} for what is no text {Error} when the text has no mask, is longer than the model reads, or the model has no head
 * @throws {RangeError} when `top` is no whole number of at least 1
 */
export async function fillMasks(model: LoadedModel, text: string, options: FillOptions = {}): Promise<FilledMask[]> {
  checkText('fillMasks: the text', text);
  checkOptions('fillMasks', options, { top: whole(1), onCut: callable });
  const { top = 5, onCut } = options;
  const { encoding, columns, targetPositions, mask } = await findMasks(model, text);
  const masks = columns.length;
  tellCuts([[encoding]], onCut);
  const { p } = await probabilitiesOf(model)({ ...model.batchOf([encoding]), targetPositions });
  const size = p.values.length / masks;
  let from = 0;
  return columns.map((_, slot) => {
    const row = p.values.subarray(slot * size, (slot + 1) * size);
    const best = [...row.keys()].sort((a, b) => (row[b] as number) - (row[a] as number)).slice(0, top);
    const index = text.indexOf(text.includes('[MASK]', from) ? '[MASK]' : mask.token, from);
    from = index + 1;
    return {
      index,
      guesses: best.map((id) => ({ token: model.tokenizer.tokenOf(id) ?? '', id, probability: row[id] as number })),
    };
  });
}

/** The likeliest tokens for the one mask of a text. @throws {Error} when it has none or several: `fillMasks` takes those */
export async function fillMask(model: LoadedModel, text: string, options: FillOptions = {}): Promise<Guess[]> {
  const filled = await fillMasks(model, text, options);
  const [only] = filled;
  if (!only || filled.length > 1)
    throw new Error(`fillMask: the text has ${filled.length} masks; fillMasks gives the guesses for each.`);
  return [...only.guesses];
}
