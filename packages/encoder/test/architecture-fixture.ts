import { readFileSync } from 'node:fs';
import { constant, type HostTensor, sizeOf, type Tensor } from '@cloze/backend';

/** One model's expectations: a gradient is stored as its length and its product with cos(1 + 0.123·i). */
export interface Expected {
  readonly config: Readonly<Record<string, unknown>>;
  readonly shapes: Readonly<Record<string, number[]>>;
  readonly hidden: number[];
  readonly logits: number[];
  readonly loss: number;
  readonly slopes: Readonly<Record<string, readonly [number, number]>>;
}

/** What tooling/oracles/encoder_architectures.py wrote. */
export const architectures = JSON.parse(
  readFileSync(new URL('../fixtures/architectures.json', import.meta.url), 'utf8'),
) as {
  readonly batch: Record<'ids' | 'segments' | 'attend' | 'positions' | 'targets' | 'weights', number[]>;
  readonly order: number[];
  readonly models: Readonly<Record<string, Expected>>;
  /** Buckets to a side, longest distance, and the bucket of each distance from 0 on. */
  readonly buckets: readonly (readonly [number, number, readonly number[]])[];
  /** Buckets of a bias, and that of each distance from 0 on: to a key behind, and before. */
  readonly biasBuckets: { readonly behind: readonly number[]; readonly before: readonly number[] };
  readonly discriminator: Pick<Expected, 'config' | 'shapes' | 'logits'>;
  readonly heads: Readonly<Record<'classifier' | 'start' | 'end' | 'choice', number[]>>;
};

/** The weights both sides compute: 0.3·sin(s + 0.7391·i), s the sum of the name's character codes; norm scales are one more. */
export function namedValues(name: string, shape: readonly number[]): HostTensor {
  const start = [...name].reduce((sum, character) => sum + character.charCodeAt(0), 0);
  const scale = name.endsWith('.weight') && name.toLowerCase().includes('norm') ? 1 : 0;
  return {
    shape: [...shape],
    dtype: 'float32',
    values: Float32Array.from({ length: sizeOf(shape) }, (_, i) => scale + 0.3 * Math.sin(start + 0.7391 * i)),
  };
}

/** The file that model would have saved. */
export function checkpointOf(shapes: Expected['shapes']): Map<string, HostTensor> {
  return new Map(Object.entries(shapes).map(([name, shape]) => [name, namedValues(name, shape)]));
}

const [rows, length] = [3, 7];
const { batch } = architectures;
/** The batch of three rows, with pads and pairs. */
export const inputs = {
  ids: constant(batch.ids, [rows, length], 'int32'),
  segments: constant(batch.segments, [rows, length], 'int32'),
  attend: constant(batch.attend, [rows, length], 'bool'),
};
export const targets = {
  positions: constant(batch.positions, [rows, 2], 'int32'),
  targets: constant(batch.targets, [rows, 2], 'int32'),
  weights: constant(batch.weights, [rows, 2]),
};

/** Largest difference, relative to 1 + |expected|. */
export function distance(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  if (ours.length !== theirs.length) throw new Error(`expected ${theirs.length} values, got ${ours.length}`);
  return Array.from(theirs).reduce(
    (worst, v, i) => Math.max(worst, Math.abs((ours[i] as number) - v) / (1 + Math.abs(v))),
    0,
  );
}

/** A gradient's length and its product with cos(1 + 0.123·i), in PyTorch's order of elements. */
export function fingerprint({ shape, values }: HostTensor, transposed: boolean): [number, number] {
  const [a = 1, b = 1] = shape;
  let [square, product] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    // Element i of [out, in] is element (i mod in)·out + ⌊i / in⌋ of [in, out].
    const value = values[transposed ? (i % a) * b + Math.floor(i / a) : i] as number;
    square += value * value;
    product += value * Math.cos(1 + 0.123 * i);
  }
  return [Math.sqrt(square), product];
}

export const asTensor = ({ values, shape }: HostTensor): Tensor => constant(values, shape);
