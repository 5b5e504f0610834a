import { add, concat, constant, gatherRows, multiply, reshape, slice, type Tensor } from '@cloze/backend';

/**
 * Turns each pair of features by its position, RoPE (Su et al. 2021): `(x₂ᵢ, x₂ᵢ₊₁)` by the angle `m·10000^(−2i/d)` at position m.
 *
 * @param x `[batch, length, width]` @param heads the pairs and their angles begin again in every head
 * @param positions int32 `[batch, length]`, default 0, 1, 2, … @param longest largest position + 1
 */
export function rotate(x: Tensor, heads: number, positions: Tensor | undefined, longest: number): Tensor {
  const [batch, length, width] = x.shape as [number, number, number];
  const half = width / heads / 2;
  const table = (curve: (angle: number) => number) =>
    constant(
      Array.from({ length: longest * half }, (_, index) =>
        curve(Math.floor(index / half) * 10000 ** (-(index % half) / half)),
      ),
      [longest, half],
    );
  const rows = (from: Tensor) =>
    positions
      ? reshape(gatherRows(from, positions), [batch, length, 1, half, 1])
      : reshape(slice(from, [0, 0], [length, half]), [1, length, 1, half, 1]);
  const [sine, cosine] = [rows(table(Math.sin)), rows(table(Math.cos))];
  const pairs = reshape(x, [batch, length, heads, half, 2]);
  const part = (i: number) => slice(pairs, [0, 0, 0, 0, i], [batch, length, heads, half, 1]);
  const [even, odd] = [part(0), part(1)];
  const turned = concat(
    [add(multiply(even, cosine), multiply(multiply(odd, sine), -1)), add(multiply(odd, cosine), multiply(even, sine))],
    -1,
  );
  return reshape(turned, [batch, length, width]);
}
