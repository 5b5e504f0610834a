import { compile, type HostTensor, type MapTree, type Tensor, type Variables } from '@cloze/backend';
import type { PlacedEncoding } from '@cloze/tokenizer';
import { padded } from '../fine-tune/task-batches.ts';
import { byLength } from '../model/by-length.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import { type ModelBatch, modelBatch } from '../model/model-batch.ts';
import { lengthBuckets, perDoublingFor, roundUp } from '../model/shape-buckets.ts';
import type { EncodedInput, PreparedTask, RowAnswer, TaskParameters } from '../tasks/prepared-task.ts';

/** Predictions of encoded inputs, in their order. */
export type Predictor<Input, Prediction> = (inputs: readonly EncodedInput<Input>[]) => Promise<Prediction[]>;

/** One row of tensors whose first axis is rows. */
function rowOf(answers: Readonly<Record<string, HostTensor>>, row: number): RowAnswer {
  return Object.fromEntries(
    Object.entries(answers).map(([name, { values, shape, ...rest }]) => {
      const size = values.length / (shape[0] as number);
      // A copy: a view would keep its whole batch.
      return [name, { ...rest, shape: shape.slice(1), values: values.slice(row * size, (row + 1) * size) }];
    }),
  );
}

/**
 * A function from encoded inputs to predictions over the weights that variables hold when it is called; encodings of like length share a batch, whatever inputs
 * they are of: of some there is one, of others one a candidate or a window.
 *
 * @param rows inputs at once, default 32
 */
export function predictorOf<P, Input, Prediction>(
  model: Pick<LoadedModel, 'config' | 'padId' | 'maximumLength'>,
  task: Pick<PreparedTask<Input, Prediction>, 'answer' | 'read' | 'encodingsEach'>,
  variables: Variables<P>,
  parametersOf: (state: MapTree<P, Tensor>) => TaskParameters<Tensor>,
  rows = 32,
): Predictor<Input, Prediction> {
  const run = compile(variables, (state, batch: ModelBatch<Tensor>) => ({
    outputs: task.answer(parametersOf(state), batch),
  }));
  return async (inputs) => {
    const encodings = inputs.flatMap((input) => input.encodings);
    const owners = inputs.flatMap((input, i) => input.encodings.map((_, part) => [i, part] as const));
    const buckets = lengthBuckets(model.maximumLength, perDoublingFor(encodings.length));
    const answered = inputs.map((input) => new Array<RowAnswer>(input.encodings.length));
    const missing = inputs.map((input) => input.encodings.length);
    const found = new Array<Prediction>(inputs.length);
    for (const chosen of byLength(encodings, rows * task.encodingsEach)) {
      const own = chosen.map((i) => encodings[i] as PlacedEncoding);
      // Rows to spare repeat the first, so that few shapes are traced.
      const filled = Array.from({ length: roundUp(own.length) }, (_, i) => own[i] ?? (own[0] as PlacedEncoding));
      const most = own.reduce((length, { ids }) => Math.max(length, ids.length), 0);
      const length = buckets.find((bucket) => bucket >= most) ?? most;
      const answers: Readonly<Record<string, HostTensor>> = await run(
        modelBatch(padded([{ encodings: filled }], length, model.padId), model.config),
      );
      for (const [row, place] of chosen.entries()) {
        const [i, part] = owners[place] as readonly [number, number];
        const parts = answered[i] as RowAnswer[];
        parts[part] = rowOf(answers, row);
        if (--(missing[i] as number) > 0) continue;
        found[i] = task.read(parts, inputs[i] as EncodedInput<Input>);
        answered[i] = [];
      }
    }
    return found;
  };
}
