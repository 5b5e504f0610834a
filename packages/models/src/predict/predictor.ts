import { compile, type HostTensor, type MapTree, type Tensor, type Variables } from '@cloze/backend';
import { lengthOf } from '../fine-tune/read-examples.ts';
import { padded } from '../fine-tune/task-batches.ts';
import { byLength } from '../model/by-length.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import { type ModelBatch, modelBatch } from '../model/model-batch.ts';
import { lengthBuckets, perDoublingFor, roundUp } from '../model/shape-buckets.ts';
import type { EncodedInput, PreparedTask, TaskParameters } from '../tasks/prepared-task.ts';

/** Predictions of encoded inputs, in their order. */
export type Predictor<Input, Prediction> = (inputs: readonly EncodedInput<Input>[]) => Promise<Prediction[]>;

/**
 * A function from encoded inputs to predictions over the weights that variables hold when it is called; inputs of like length share a batch.
 *
 * @param rows inputs at once, default 32
 */
export function predictorOf<P, Input, Prediction>(
  model: Pick<LoadedModel, 'config' | 'padId' | 'maximumLength'>,
  task: Pick<PreparedTask<Input, Prediction>, 'answer' | 'read'>,
  variables: Variables<P>,
  parametersOf: (state: MapTree<P, Tensor>) => TaskParameters<Tensor>,
  rows = 32,
): Predictor<Input, Prediction> {
  const run = compile(variables, (state, batch: ModelBatch<Tensor>) => ({
    outputs: task.answer(parametersOf(state), batch),
  }));
  return async (inputs) => {
    const buckets = lengthBuckets(model.maximumLength, perDoublingFor(inputs.length));
    const found = new Array<Prediction>(inputs.length);
    const longest = inputs.map((input) => ({ ids: { length: lengthOf(input) } }));
    for (const chosen of byLength(longest, rows)) {
      const own = chosen.map((i) => inputs[i] as EncodedInput<Input>);
      // Rows to spare repeat the first, so that few shapes are traced.
      const filled = Array.from({ length: roundUp(own.length) }, (_, i) => own[i] ?? (own[0] as EncodedInput<Input>));
      const most = own.reduce((length, input) => Math.max(length, lengthOf(input)), 0);
      const length = buckets.find((bucket) => bucket >= most) ?? most;
      const answers: Readonly<Record<string, HostTensor>> = await run(
        modelBatch(padded(filled, length, model.padId), model.config),
      );
      for (const [row, prediction] of task.read(answers, own).entries()) found[chosen[row] as number] = prediction;
    }
    return found;
  };
}
