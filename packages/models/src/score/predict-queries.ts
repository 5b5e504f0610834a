import { negate, sparseCrossEntropy, type Tensor } from '@cloze/backend';
import { predictTokens } from '@cloze/encoder';
import type { PredictQueries } from '@cloze/eval';
import type { PlacedEncoding } from '@cloze/tokenizer';
import type { LoadedModel } from '../model/loaded-model.ts';
import type { ModelBatch } from '../model/model-batch.ts';
import { roundUp } from '../model/shape-buckets.ts';
import { askedSlots } from './asked-slots.ts';

/**
 * What @cloze/eval asks of a model to score sentences: `ln softmax(logits)[target]` at each position, one batch a call.
 *
 * @throws {Error} for a checkpoint without a language-model head
 */
export function predictQueries<Sentence extends PlacedEncoding>(model: LoadedModel): PredictQueries<Sentence> {
  model.needHead();
  type Batch<T> = ModelBatch<T> & { readonly targetPositions: T; readonly targets: T };
  const ask = model.once('log-probabilities', () =>
    model.compile(({ encoder }, { targetPositions, targets, ...inputs }: Batch<Tensor>) => ({
      log: negate(
        sparseCrossEntropy(
          predictTokens(encoder, model.forward(encoder, inputs).hidden, targetPositions, model.config),
          targets,
        ),
      ),
    })),
  );
  return async (queries) => {
    const batch = model.batchOf(queries.map(({ sentence, ids }) => ({ ...sentence, ids })));
    const [rows] = batch.ids.shape as readonly [number];
    const slots = roundUp(queries.reduce((most, { targetPositions }) => Math.max(most, targetPositions.length), 1));
    const { log } = await ask({ ...batch, ...askedSlots(queries, rows, slots) });
    return queries.map((query, row) => log.values.slice(row * slots, row * slots + query.targetPositions.length));
  };
}
