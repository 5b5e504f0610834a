import { negate, sparseCrossEntropy, type Tensor } from '@cloze/backend';
import { predictTokens } from '@cloze/encoder';
import type { PredictQueries } from '@cloze/eval';
import type { PlacedEncoding } from '@cloze/tokenizer';
import { askedSlots } from './asked-slots.ts';
import type { ModelBatch, OpenModel } from './open-model.ts';

/** Rows and slots are rounded up to a power of two, so that few shapes are compiled. */
const roundUp = (count: number) => 2 ** Math.ceil(Math.log2(count));

/**
 * What @cloze/eval asks of a model to score sentences: `ln softmax(logits)[target]` at each position, one batch a call.
 *
 * @throws {Error} for a checkpoint without a language-model head
 */
export function predictQueries<Sentence extends PlacedEncoding>(model: OpenModel): PredictQueries<Sentence> {
  model.needHead();
  type Batch<T> = ModelBatch<T> & { readonly targetPositions: T; readonly targets: T };
  const ask = model.compile(({ encoder }, { targetPositions, targets, ...inputs }: Batch<Tensor>) => ({
    log: negate(
      sparseCrossEntropy(
        predictTokens(encoder, model.encode(encoder, inputs).hidden, targetPositions, model.config),
        targets,
      ),
    ),
  }));
  return async (queries) => {
    const rows = roundUp(queries.length);
    const slots = roundUp(Math.max(...queries.map(({ targetPositions }) => targetPositions.length)));
    const batch = model.batchOf(
      queries.map(({ sentence, ids }) => ({ ...sentence, ids })),
      rows,
    );
    const { log } = await ask({ ...batch, ...askedSlots(queries, rows, slots) });
    return queries.map((query, row) => log.values.slice(row * slots, row * slots + query.targetPositions.length));
  };
}
