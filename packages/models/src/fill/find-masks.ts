import { type HostTensor, ints, softmax, type Tensor } from '@cloze/backend';
import { predictTokens } from '@cloze/encoder';
import type { PlacedEncoding } from '@cloze/tokenizer';
import { answerColumn } from '../model/answer-column.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import type { ModelBatch } from '../model/model-batch.ts';

/** The function that gives probabilities `[rows, slots, vocabulary]` of tokens at places of rows, compiled once a model. */
export const probabilitiesOf = (model: LoadedModel) =>
  model.once('fill', () =>
    model.compile(({ encoder }, batch: ModelBatch<Tensor> & { readonly targetPositions: Tensor }) => ({
      p: softmax(predictTokens(encoder, model.forward(encoder, batch).hidden, batch.targetPositions, model.config)),
    })),
  );

/** A text with masks as a model reads it. */
export interface MaskedText {
  readonly encoding: PlacedEncoding;
  /** Columns of the masks, rising. */
  readonly columns: readonly number[];
  /** Where their answers stand, `[1, masks]`. */
  readonly targetPositions: HostTensor;
  readonly mask: { readonly id: number; readonly token: string };
}

/**
 * Encodes a text and finds its masks; `[MASK]` may stand in it whatever the tokenizer calls its own.
 *
 * @throws {Error} for a text without a mask, or with one beyond what the model reads, and for a model without a head
 */
export async function findMasks(model: LoadedModel, text: string): Promise<MaskedText> {
  model.needHead();
  const mask = model.needMask();
  const asked = text.replaceAll('[MASK]', mask.token);
  const masks = asked.split(mask.token).length - 1;
  if (masks === 0) throw new Error(`The text has no [MASK]: '${text}'. Write [MASK] where a token is to be guessed.`);
  const [encoding] = await model.tokenizer.encodeBatch([asked]);
  const columns = [...(encoding?.ids.entries() ?? [])].filter(([, id]) => id === mask.id).map(([column]) => column);
  if (!encoding || (columns.length < masks && encoding.cut))
    throw new Error(
      `The text has ${masks} masks, but only ${columns.length} are among the first ${model.maximumLength} tokens that the model reads; shorten it.`,
    );
  if (columns.length !== masks)
    throw new Error(
      `The text has ${masks} times '${mask.token}', of which its tokenizer makes ${columns.length} mask tokens: its files let other words be that token (an unknown one?) or it count only where it stands alone (single_word); mend mask_token there.`,
    );
  const answers = Int32Array.from(columns, (column) => answerColumn(model, column));
  return { encoding, columns, targetPositions: ints([1, masks], answers), mask };
}
