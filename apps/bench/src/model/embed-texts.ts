import { maximum, multiply, rsqrt, square, sum, type Tensor } from '@cloze/backend';
import { embedSentence, type SentencePooling } from '@cloze/encoder';
import type { PlacedEncoding } from '@cloze/tokenizer';
import type { ModelBatch, OpenModel } from './open-model.ts';

/** How texts become vectors. */
export interface EmbedOptions {
  readonly pooling: SentencePooling;
  /** Divide each vector by its length. */
  readonly normalise?: boolean;
  /** Rows at once, default 32. */
  readonly rows?: number;
}

/**
 * Opens a function from texts to sentence vectors `[texts, width]`, in their order. Texts of like length share a batch.
 *
 * @throws {Error} for `pooler` where the checkpoint has none
 */
export function embedTexts(
  model: OpenModel,
  { pooling, normalise = false, rows = 32 }: EmbedOptions,
): (texts: readonly string[]) => Promise<Float32Array[]> {
  if (pooling === 'pooler' && !model.loaded.pooler)
    throw new Error(`${model.name} has no pooler; use --pool first, mean or first-last.`);
  const run = model.compile(({ encoder, pooler }, batch: ModelBatch<Tensor>) => {
    const vectors = embedSentence(model.encode(encoder, batch), batch.attend, pooling, pooler);
    if (!normalise) return { vectors };
    return { vectors: multiply(vectors, rsqrt(maximum(sum(square(vectors), { axes: -1, keep: true }), 1e-24))) };
  });
  return async (texts) => {
    const encodings = await model.tokenizer.encodeBatch(texts);
    const order = [...encodings.keys()].sort((a, b) => lengthOf(encodings[a]) - lengthOf(encodings[b]) || a - b);
    const found: Float32Array[] = [];
    for (let from = 0; from < order.length; from += rows) {
      const chosen = order.slice(from, from + rows);
      const { vectors } = await run(
        model.batchOf(
          chosen.map((i) => encodings[i] as PlacedEncoding),
          rows,
        ),
      );
      const width = vectors.shape[1] as number;
      for (const [row, i] of chosen.entries())
        found[i] = vectors.values.slice(row * width, (row + 1) * width) as Float32Array;
    }
    return found;
  };
}

const lengthOf = (encoding: PlacedEncoding | undefined) => encoding?.ids.length ?? 0;
