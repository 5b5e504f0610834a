import {
  add,
  cast,
  concat,
  dropout,
  equal,
  type Key,
  matmul,
  multiply,
  pad,
  reshape,
  slice,
  type Tensor,
  tanh,
  transpose,
} from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { EncoderParameters } from '../parameters/parameter-tree.ts';
import { activate } from './activate.ts';
import { normalise } from './normalise.ts';

/**
 * DeBERTa-v2's convolution beside the first block: `LN(h₁ + f(conv(h₀)))`, where h₀ are the embeddings, zero at padding, and h₁ what the block gives.
 *
 * `conv(x)ₜ = b + Σ_o W_o·x_{t + o − (k − 1)/2}` over the k places of the kernel; dropout stands before the curve f. Padding comes out as zero.
 *
 * @param before `[batch, length, width]`, as after @param real bool `[batch, length]`
 * @param positionIds int32 `[batch, length]`, t: each real token of a row at another place; default 0, 1, 2, …; where none stands at a place, zero does
 * @returns `[batch, length, width]`
 */
export function convolve(
  { kernel, bias, norm }: NonNullable<EncoderParameters<Tensor>['convolution']>,
  {
    before,
    after,
    real,
    positionIds,
  }: {
    readonly before: Tensor;
    readonly after: Tensor;
    readonly real: Tensor;
    readonly positionIds?: Tensor | undefined;
  },
  config: EncoderConfig,
  key: Key | undefined,
): Tensor {
  const { convolutionActivation = 'tanh', dropout: rate } = config;
  const [batch, length, width] = before.shape as [number, number, number];
  const places = kernel.shape[2] as number;
  const side = (places - 1) / 2;
  const isReal = reshape(cast(real, 'float32'), [batch, length, 1]);
  const tokens = multiply(before, isReal);
  const around = pad(tokens, [
    [0, 0],
    [side, side],
    [0, 0],
  ]);
  /** What stands `place − side` places behind each token. */
  const neighbours = (place: number) => {
    if (!positionIds) return slice(around, [0, place, 0], [batch, length, width]);
    const wanted = reshape(add(positionIds, place - side), [batch, length, 1]);
    const stands = equal(reshape(positionIds, [batch, 1, length]), wanted);
    return matmul(cast(stands, 'float32'), tokens);
  };
  const seen = concat(
    Array.from({ length: places }, (_, place) => neighbours(place)),
    2,
  );
  const map = reshape(transpose(kernel, [2, 1, 0]), [places * width, width]);
  const mixed = reshape(add(matmul(reshape(seen, [batch * length, places * width]), map), bias), [
    batch,
    length,
    width,
  ]);
  const dropped = dropout(multiply(mixed, isReal), { rate, key });
  const curved = convolutionActivation === 'tanh' ? tanh(dropped) : activate(dropped, convolutionActivation);
  return multiply(normalise(add(after, curved), norm, config), isReal);
}
