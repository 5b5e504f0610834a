import { maximum, multiply, rsqrt, square, sum, type Tensor } from '@cloze/backend';
import { embedSentence, type SentencePooling } from '@cloze/encoder';
import type { PlacedEncoding } from '@cloze/tokenizer';
import { byLength } from '../model/by-length.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import type { ModelBatch } from '../model/model-batch.ts';

/** How texts become vectors. */
export interface EmbedOptions {
  /** First token, BERT's pooler, mean of the last layer, or of the first and last layers; default `mean`. */
  readonly pooling?: SentencePooling;
  /** Divide each vector by its length; default false. */
  readonly normalise?: boolean;
  /** Texts at once, default 32. */
  readonly rows?: number;
}

/** A function from texts to vectors, compiled once a model and kind. */
function vectorsOf(model: LoadedModel, pooling: SentencePooling, normalise: boolean) {
  return model.once(`embed ${pooling} ${normalise}`, () =>
    model.compile(({ encoder, head }, batch: ModelBatch<Tensor>) => {
      const vectors = embedSentence(model.forward(encoder, batch), batch.attend, pooling, head.pooler);
      if (!normalise) return { vectors };
      return { vectors: multiply(vectors, rsqrt(maximum(sum(square(vectors), { axes: -1, keep: true }), 1e-24))) };
    }),
  );
}

/**
 * Sentence vectors `[texts, width]`, in the order of the texts. Texts of like length share a batch, and one text costs one text.
 *
 * @throws {Error} for `pooler` where the checkpoint has none
 */
export async function embed(
  model: LoadedModel,
  texts: readonly string[],
  { pooling = 'mean', normalise = false, rows = 32 }: EmbedOptions = {},
): Promise<Float32Array[]> {
  if (pooling === 'pooler' && !model.loaded.pooler)
    throw new Error(`${model.name} has no pooler; choose first, mean or first-last.`);
  const run = vectorsOf(model, pooling, normalise);
  const encodings = await model.tokenizer.encodeBatch(texts);
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
