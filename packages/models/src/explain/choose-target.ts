import type { Tensor } from '@cloze/backend';
import type { PlacedEncoding } from '@cloze/tokenizer';
import type { LoadedModel } from '../model/loaded-model.ts';
import type { ModelBatch } from '../model/model-batch.ts';
import type { Prediction } from './prediction.ts';

/** The choice that is explained: the one named, or the likeliest. @throws {Error} for a name that is no choice */
export async function chooseTarget(
  model: LoadedModel,
  encoding: PlacedEncoding,
  prediction: Prediction,
  wanted: string | undefined,
): Promise<number> {
  if (wanted !== undefined) {
    const choice = prediction.choiceOf(wanted);
    if (choice === undefined) throw new Error(`${model.name} knows no ${prediction.what} '${wanted}'.`);
    return choice;
  }
  const ask = model.compile((tensors, batch: ModelBatch<Tensor>) => ({
    logits: prediction.logits(tensors, model.forward(tensors.encoder, batch), batch.attend),
  }));
  const { values } = (await ask(model.batchOf([encoding]))).logits;
  return (values as Float32Array).reduce((best, value, i) => (value > (values[best] as number) ? i : best), 0);
}
