import { BackendError } from '../errors.ts';
import { sizeOf } from '../expression/host-tensors.ts';
import { type Primitive, recordOne, type Tensor } from '../expression/tensor.ts';

/**
 * Randomness as a value: numbers fed at each call, and a site that tells the places of a model apart.
 *
 * `seedWords` is int32 `[3]`: seed, step, first row (the number of the batch's first row in a larger batch).
 */
export interface Key {
  readonly seedWords: Tensor;
  readonly site: number;
}

/** The key of a named place inside another: FNV-1a over the name, folded into the parent's site. */
export function forkKey(key: Key, name: string | number): Key {
  let hash = (key.site ^ 0x811c9dc5) >>> 0;
  for (const character of String(name)) hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
  return { seedWords: key.seedWords, site: (hash ^ (hash >>> 13)) >>> 0 };
}

/** A key from an int32 `[3]` tensor of seed, step and first row. @throws {BackendError} on another shape or type */
export function rootKey(seedWords: Tensor): Key {
  if (seedWords.dtype !== 'int32' || seedWords.shape.length !== 1 || seedWords.shape[0] !== 3) {
    throw new BackendError(
      `rootKey: expected int32 [3] (seed, step, first row), got ${seedWords.dtype} [${seedWords.shape}].`,
    );
  }
  return { seedWords, site: 0 };
}

const uniformPrimitive: Primitive<'randomUniform'> = { name: 'randomUniform', differentiate: () => [undefined] };

const normalPrimitive: Primitive<'randomNormal'> = { name: 'randomNormal', differentiate: () => [undefined] };

function draw(primitive: Primitive<'randomUniform' | 'randomNormal'>, key: Key, shape: readonly number[]): Tensor {
  const rows = shape[0] ?? 1;
  const width = sizeOf(shape) / Math.max(rows, 1);
  return recordOne(
    primitive,
    [key.seedWords],
    { shape: [...shape], dtype: 'float32' },
    { site: key.site, rows, width },
  );
}

/**
 * Uniform numbers in [0, 1) from Philox-4x32-10, the same on every engine.
 *
 * Key (seed, step), counter (first row · blocks a row + block, site): a row's numbers depend on its own number only,
 * so they do not change when the batch is cut into pieces. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011).
 *
 * @param shape `[batch, ...]`; the elements of one row are drawn together
 */
export function randomUniform(key: Key, shape: readonly number[]): Tensor {
  return draw(uniformPrimitive, key, shape);
}

/**
 * Standard normal numbers: `randomUniform`'s in pairs (u, v), made normal as `√(−2 ln u)·(sin 2πv, cos 2πv)` (Box and Muller 1958).
 *
 * Engines agree to rounding (1e-5), not to the bit; the rest is as with `randomUniform`.
 *
 * @param shape `[batch, ...]`; the elements of one row are drawn together
 */
export function randomNormal(key: Key, shape: readonly number[]): Tensor {
  return draw(normalPrimitive, key, shape);
}
