import { add, concat, matmul, reshape, slice, type Tensor } from '@cloze/backend';
import type { BlockParameters } from '../parameters/parameter-tree.ts';
import type { KeysValues } from './attend.ts';

/**
 * Keys and values of one source for every layer, from a single product `[length, width] × [width, 2·layers·width]`.
 *
 * T-TA's layers all look at the raw input, so nothing has to wait for the layer below.
 *
 * @param source `[batch, length, width]` @returns for each layer keys and values `[batch, length, width]`; without key maps (Synthesizer)
 * the keys are the values
 */
export function projectAll(source: Tensor, layers: readonly BlockParameters<Tensor>[]): KeysValues[] {
  const [batch, length, width] = source.shape as [number, number, number];
  const maps = layers.flatMap(({ attention: { key, value } }) => (key ? [key, value] : [value]));
  const kernels =
    maps.length === 1
      ? (maps[0]?.kernel as Tensor)
      : concat(
          maps.map(({ kernel }) => kernel),
          1,
        );
  const products = matmul(reshape(source, [batch * length, width]), kernels);
  const biases = maps.flatMap(({ bias }) => (bias ? [bias] : []));
  const all =
    biases.length === 0 ? products : add(products, biases.length === 1 ? (biases[0] as Tensor) : concat(biases, 0));
  let count = 0;
  const next = () => {
    count++;
    return reshape(slice(all, [0, (count - 1) * width], [batch * length, width]), [batch, length, width]);
  };
  return layers.map(({ attention: { key } }) => {
    const keys = key && next();
    const values = next();
    return { keys: keys ?? values, values };
  });
}
