import { maximum, multiply, rsqrt, square, sum, type Tensor } from '@cloze/backend';
import { callable, checkOptions, checkTexts, flag, oneOf, whole } from '@cloze/checks';
import { type Encoded, embedSentence, type SentencePooling } from '@cloze/encoder';
import type { PlacedEncoding } from '@cloze/tokenizer';
import { type TellCut, tellCuts } from '../encode/cut-text.ts';
import { byLength } from '../model/by-length.ts';
import type { LoadedModel, ModelTensors } from '../model/loaded-model.ts';
import type { ModelBatch } from '../model/model-batch.ts';

/** How texts become vectors. */
export interface EmbedOptions {
  /** First token, BERT's pooler, mean of the last layer, or of the first and last layers; default what the folder's sentence-transformers files say, else `mean`. */
  readonly pooling?: SentencePooling | undefined;
  /** Divide each vector by its length; default what those files say, else false. */
  readonly normalise?: boolean | undefined;
  /** Texts at once, default 32. */
  readonly rows?: number;
  /** Told each text that is longer than the model reads, of which only a part counts. */
  readonly onCut?: TellCut;
}

/** Vectors of encoded rows `[rows, width]`, divided by their lengths where that is asked; use it inside `compile`. */
export function sentenceVectors(
  { head }: ModelTensors,
  encoded: Encoded,
  attend: Tensor,
  { pooling, normalise }: { readonly pooling: SentencePooling; readonly normalise: boolean },
): Tensor {
  const vectors = embedSentence(encoded, attend, pooling, head.pooler);
  if (!normalise) return vectors;
  return multiply(vectors, rsqrt(maximum(sum(square(vectors), { axes: -1, keep: true }), 1e-24)));
}

/** A function from texts to vectors, compiled once a model and kind. */
function vectorsOf(model: LoadedModel, pooling: SentencePooling, normalise: boolean) {
  return model.once(`embed ${pooling} ${normalise}`, () =>
    model.compile((tensors, batch: ModelBatch<Tensor>) => ({
      vectors: sentenceVectors(tensors, model.forward(tensors.encoder, batch), batch.attend, { pooling, normalise }),
    })),
  );
}

/**
 * The pooling and length that the folder's own files ask for, where the caller asks for none.
 *
 * @throws {Error} for what they ask and is not built here, and for `pooler` where the checkpoint has none
 */
export function sentenceSettings(
  model: LoadedModel,
  { pooling, normalise }: Pick<EmbedOptions, 'pooling' | 'normalise'>,
) {
  const { sentence } = model.loaded;
  if (pooling === undefined && sentence && sentence.problems.length > 0)
    throw new Error(
      `${model.name}: ${sentence.problems.join('; ')}. Name a pooling (--pool) to take the encoder's own vectors.`,
    );
  const chosen = pooling ?? sentence?.pooling ?? 'mean';
  if (chosen === 'pooler' && !model.loaded.pooler)
    throw new Error(`${model.name} has no pooler; choose first, mean or first-last.`);
  return {
    pooling: chosen,
    normalise: normalise ?? (pooling === undefined && sentence?.normalise === true),
    prompt: sentence?.prompt ?? '',
    tokenizer: model.sentenceTokenizer(),
  } as const;
}

/**
 * Sentence vectors `[texts, width]`, in the order of the texts. Texts of like length share a batch, and one text costs one text. What the folder's
 * sentence-transformers files say (pooling, longest text, lower case, prompt, unit length) holds unless said otherwise.
 *
 * @throws {TypeError} naming what is no text {Error} for `pooler` where the checkpoint has none
 */
export async function embed(
  model: LoadedModel,
  texts: readonly string[],
  options: EmbedOptions = {},
): Promise<Float32Array[]> {
  checkOptions('embed', options, {
    pooling: oneOf(['first', 'pooler', 'mean', 'first-last']),
    normalise: flag,
    rows: whole(1),
    onCut: callable,
  });

  const { rows = 32, onCut } = options;
  const { pooling, normalise, prompt, tokenizer } = sentenceSettings(model, options);
  checkTexts('embed', texts);
  const run = vectorsOf(model, pooling, normalise);
  const encodings = await tokenizer.encodeBatch(prompt === '' ? texts : texts.map((text) => prompt + text));
  tellCuts(
    encodings.map((encoding) => [encoding]),
    onCut,
  );
  const found = new Array<Float32Array>(texts.length);
  for (const chosen of byLength(encodings, rows)) {
    const own = chosen.map((i) => encodings[i] as PlacedEncoding);
    const { vectors } = await run(model.batchOf(own, texts.length));
    const width = vectors.shape[1] as number;
    for (const [row, i] of chosen.entries())
      found[i] = Float32Array.from(vectors.values.subarray(row * width, (row + 1) * width));
  }
  return found;
}
