import { type LinearParameters, linear, reshape, slice, type Tensor, where } from '@cloze/backend';

/** Logits of a span's first and last token, both `[batch, length]`, −1e30 where no real token is. @param head kernel `[width, 2]` */
export function findSpan(
  head: LinearParameters,
  hidden: Tensor,
  attend: Tensor,
): { readonly start: Tensor; readonly end: Tensor } {
  const [batch, length] = hidden.shape as [number, number];
  const both = linear(hidden, head);
  const scoresOf = (i: number) =>
    where(attend, reshape(slice(both, [0, 0, i], [batch, length, 1]), [batch, length]), -1e30);
  return { start: scoresOf(0), end: scoresOf(1) };
}
