/** A span of columns, both ends inclusive, and the sum of its ends' logits. */
export interface ScoredSpan {
  readonly score: number;
  readonly first: number;
  readonly last: number;
}

/**
 * The likeliest span `max start[i] + end[j]`, `i ≤ j < i + longest`, of columns `[from, to)`; of equal ones the one that ends first.
 *
 * One pass: starts are held in a queue of those that are likelier than every later one.
 */
export function bestSpan(
  starts: ArrayLike<number>,
  ends: ArrayLike<number>,
  { from, to, longest = Number.POSITIVE_INFINITY }: { from: number; to: number; longest?: number | undefined },
): ScoredSpan | undefined {
  const queue: number[] = [];
  let head = 0;
  let best: ScoredSpan | undefined;
  for (let column = from; column < to; column++) {
    const own = starts[column] as number;
    while (queue.length > head && (starts[queue.at(-1) as number] as number) < own) queue.pop();
    queue.push(column);
    if (column - (queue[head] as number) >= longest) head++;
    const first = queue[head] as number;
    const score = (starts[first] as number) + (ends[column] as number);
    if (best === undefined || score > best.score) best = { score, first, last: column };
  }
  return best;
}
