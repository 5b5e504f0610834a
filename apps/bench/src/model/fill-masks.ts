import { softmax, type Tensor } from '@cloze/backend';
import { predictTokens } from '@cloze/encoder';
import { ints } from '../host-tensors.ts';
import type { ModelBatch, OpenModel } from './open-model.ts';

/** A token that may stand at a place. */
export interface Guess {
  readonly token: string;
  readonly id: number;
  readonly probability: number;
}

/** The guesses for one mask of a text. */
export interface FilledMask {
  /** UTF-16 index of the mask in the text. */
  readonly at: number;
  /** Likeliest first. */
  readonly guesses: readonly Guess[];
}

/**
 * The likeliest tokens for each mask of a text, each by itself: `softmax(logits)` at its place.
 *
 * `[MASK]` may stand in the text whatever the tokenizer calls its own.
 *
 * @param top guesses for each mask
 * @throws {Error} when the text has no mask, is longer than the model reads, or the model has no head
 */
export async function fillMasks(model: OpenModel, text: string, top: number): Promise<FilledMask[]> {
  model.needHead();
  const asked = text.replaceAll('[MASK]', model.maskToken);
  const [encoding] = await model.tokenizer.encodeBatch([asked]);
  if (!encoding) return [];
  const columns = [...encoding.ids.entries()].filter(([, id]) => id === model.maskId).map(([column]) => column);
  const masks = asked.split(model.maskToken).length - 1;
  if (masks === 0) throw new Error(`The text has no [MASK]: '${text}'. Write [MASK] where a token is to be guessed.`);
  if (columns.length !== masks)
    throw new Error(
      `The text has ${masks} masks, but only ${columns.length} are among the first ${model.maximumLength} tokens that the model reads; shorten it.`,
    );
  const ask = model.compile(({ encoder }, batch: ModelBatch<Tensor> & { readonly targetPositions: Tensor }) => ({
    p: softmax(predictTokens(encoder, model.encode(encoder, batch).hidden, batch.targetPositions, model.config)),
  }));
  const { p } = await ask({
    ...model.batchOf([encoding]),
    targetPositions: ints([1, masks], Int32Array.from(columns)),
  });
  const size = p.values.length / masks;
  let from = 0;
  return columns.map((_, slot) => {
    const row = p.values.subarray(slot * size, (slot + 1) * size) as Float32Array;
    const best = [...row.keys()].sort((a, b) => (row[b] as number) - (row[a] as number)).slice(0, top);
    const at = text.indexOf(text.includes('[MASK]', from) ? '[MASK]' : model.maskToken, from);
    from = at + 1;
    return {
      at,
      guesses: best.map((id) => ({ token: model.tokenizer.tokenOf(id) ?? '', id, probability: row[id] as number })),
    };
  });
}
