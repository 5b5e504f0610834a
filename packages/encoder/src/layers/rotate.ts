import { add, concat, constant, gatherRows, multiply, reshape, slice, type Tensor } from '@cloze/backend';

/** How rotary positions turn; an `EncoderConfig` names them. */
export interface Rotation {
  /** Default 10,000. */
  readonly base?: number | undefined;
  /** Default `adjacent`. */
  readonly pairs?: 'adjacent' | 'halves' | undefined;
}

/** The angle at a position, in float32 where transformers computes it so (`halves`): at position 8,191 the difference is 1e-3. */
function angleAt(position: number, share: number, base: number, isNarrow: boolean): number {
  if (!isNarrow) return position * base ** -share;
  return Math.fround(position * Math.fround(1 / Math.fround(base ** share)));
}

/**
 * Turns each pair of features by its position, RoPE (Su et al. 2021): `(x₂ᵢ, x₂ᵢ₊₁)`, or `(xᵢ, xᵢ₊d/₂)` of `halves`, by the angle `m·base^(−2i/d)` at position m.
 *
 * @param x `[batch, length, width]` @param heads the pairs and their angles begin again in every head
 * @param positions int32 `[batch, length]`, default 0, 1, 2, … @param longest largest position + 1
 */
export function rotate(
  x: Tensor,
  heads: number,
  positions: Tensor | undefined,
  longest: number,
  { base = 10_000, pairs: kind = 'adjacent' }: Rotation = {},
): Tensor {
  const [batch, length, width] = x.shape as [number, number, number];
  const half = width / heads / 2;
  const isHalves = kind === 'halves';
  // The axis that tells the two of a pair apart stands before or behind the pairs.
  const shapeOf = (ofPair: number): number[] => (isHalves ? [ofPair, half] : [half, ofPair]);
  const table = (curve: (angle: number) => number) =>
    constant(
      Array.from({ length: longest * half }, (_, index) =>
        curve(angleAt(Math.floor(index / half), (index % half) / half, base, isHalves)),
      ),
      [longest, half],
    );
  const rows = (from: Tensor) =>
    positions
      ? reshape(gatherRows(from, positions), [batch, length, 1, ...shapeOf(1)])
      : reshape(slice(from, [0, 0], [length, half]), [1, length, 1, ...shapeOf(1)]);
  const [sine, cosine] = [rows(table(Math.sin)), rows(table(Math.cos))];
  const pairs = reshape(x, [batch, length, heads, ...shapeOf(2)]);
  const part = (i: number) =>
    slice(pairs, isHalves ? [0, 0, 0, i, 0] : [0, 0, 0, 0, i], [batch, length, heads, ...shapeOf(1)]);
  const [even, odd] = [part(0), part(1)];
  const turned = concat(
    [add(multiply(even, cosine), multiply(multiply(odd, sine), -1)), add(multiply(odd, cosine), multiply(even, sine))],
    isHalves ? 3 : 4,
  );
  return reshape(turned, [batch, length, width]);
}
