import {
  bools,
  concat,
  constant,
  floats,
  gradients,
  ints,
  negate,
  sparseCrossEntropy,
  sum,
  type Tensor,
} from '@cloze/backend';
import type { GradientFunction } from '@cloze/eval';
import type { PlacedEncoding } from '@cloze/tokenizer';
import type { LoadedModel } from '../model/loaded-model.ts';
import type { Prediction } from './prediction.ts';

/**
 * `ln p(target)` and its gradient with respect to the embedded tokens of one text, several points a batch.
 *
 * The points stand in for the token table, one row a token, so the model runs unchanged and the gradient of its table is what is wanted.
 */
export function gradientAtRows(
  model: LoadedModel,
  encoding: PlacedEncoding,
  prediction: Prediction,
  target: number,
): GradientFunction {
  const length = encoding.ids.length;
  const [vocabulary, width] = model.parameters.embeddings.tokenTable.shape as [number, number];
  const before = model.config.queryToken === undefined ? 0 : vocabulary;
  type Inputs<T> = { readonly points: T; readonly ids: T; readonly segments: T; readonly attend: T };
  const run = model.compile((tensors, { points, ...inputs }: Inputs<Tensor>) => {
    const rows = inputs.ids.shape[0] as number;
    // A T-TA whose queries start from a token looks that token up, so its table must stay in front.
    const tokenTable = before === 0 ? points : concat([tensors.encoder.embeddings.tokenTable, points], 0);
    const embeddings = { ...tensors.encoder.embeddings, tokenTable };
    const encoded = model.forward({ ...tensors.encoder, embeddings }, inputs);
    const targets = constant(new Int32Array(rows).fill(target), [rows], 'int32');
    const value = negate(sparseCrossEntropy(prediction.logits(tensors, encoded, inputs.attend), targets));
    // Rows know nothing of one another, so the gradient of their sum is the gradient of each.
    return { value, gradient: gradients(sum(value), points) };
  });
  const segments = model.config.segmentTypes === 1 ? new Int32Array(length) : encoding.segments;
  return async (points) => {
    const rows = points.length;
    const values = new Float32Array(rows * length * width);
    const repeated = new Int32Array(rows * length);
    for (const [row, point] of points.entries()) {
      values.set(point, row * length * width);
      repeated.set(segments, row * length);
    }
    const { value, gradient } = await run({
      points: floats([rows * length, width], values),
      ids: ints(
        [rows, length],
        Int32Array.from({ length: rows * length }, (_, i) => before + i),
      ),
      segments: ints([rows, length], repeated),
      attend: bools([rows, length], new Uint8Array(rows * length).fill(1)),
    });
    return points.map((_, row) => ({
      value: value.values[row] as number,
      gradient: gradient.values.slice(row * length * width, (row + 1) * length * width),
    }));
  };
}
