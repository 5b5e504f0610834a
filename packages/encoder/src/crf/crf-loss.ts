import {
  add,
  cast,
  constant,
  divide,
  exp,
  gatherRows,
  greater,
  log,
  max,
  multiply,
  pad,
  reshape,
  slice,
  stopGradient,
  subtract,
  sum,
  type Tensor,
  where,
} from '@cloze/backend';

/** What a row of tags is worth beside the logits of its tokens. */
export interface CrfParameters<T> {
  /** Of a first tag, `[tags]`. */
  readonly start: T;
  /** Of a last tag, `[tags]`. */
  readonly end: T;
  /** Of one tag (first axis) before another (second axis), `[tags, tags]`. */
  readonly transitions: T;
}

/** `ln Σ e^x` over an axis, which goes; any derivative, for the maximum that it is shifted by cancels. */
function logSumExp(x: Tensor, axis: number): Tensor {
  const most = stopGradient(max(x, { axes: axis, keep: true }));
  const shape = x.shape.filter((_, i) => i !== axis);
  return add(log(sum(exp(subtract(x, most)), { axes: axis })), reshape(most, shape));
}

/** Sizes of logits and their tags. @throws {RangeError} for shapes that do not fit one another */
function sizesOf(where: string, logits: Tensor, crf: CrfParameters<Tensor>, others: readonly Tensor[]) {
  const [rows = 0, length = 0, tags = 0] = logits.shape;
  const expected: readonly (readonly [string, Tensor, readonly number[]])[] = [
    ['start', crf.start, [tags]],
    ['end', crf.end, [tags]],
    ['transitions', crf.transitions, [tags, tags]],
    ...others.map((other) => ['tags and weights', other, [rows, length]] as const),
  ];
  const wrong = expected.find(([, { shape }, own]) => shape.join() !== own.join());
  if (logits.shape.length !== 3 || wrong)
    throw new RangeError(
      `${where}: logits [${logits.shape}] are [rows, length, tags]; ${wrong ? `${wrong[0]} must be [${wrong[2]}], got [${wrong[1].shape}]` : 'they have another rank'}.`,
    );
  return { rows, length, tags };
}

/**
 * The log of the sum over all rows of tags of `e^score`, by the forward algorithm, `[rows]`:
 * `α₁ = start + x₁`, `α_t(j) = x_t(j) + ln Σ_i e^(α_{t−1}(i) + transitions(i, j))`, `ln Z = ln Σ_j e^(α_T(j) + end(j))` (Lafferty et al. 2001).
 *
 * @param logits `[rows, length, tags]` @param weights `[rows, length]`, above 0 for the first tokens of a row as many as it has, 0 behind them; the first
 * is taken for one @throws {RangeError} for shapes that do not fit
 */
export function crfLogPartition(logits: Tensor, crf: CrfParameters<Tensor>, weights: Tensor): Tensor {
  const { rows, length, tags } = sizesOf('crfLogPartition', logits, crf, [weights]);
  const at = (t: number) => reshape(slice(logits, [0, t, 0], [rows, 1, tags]), [rows, tags]);
  const from = reshape(crf.transitions, [1, tags, tags]);
  let sums = add(at(0), crf.start);
  for (let t = 1; t < length; t++) {
    const next = add(logSumExp(add(reshape(sums, [rows, tags, 1]), from), 1), at(t));
    const there = cast(slice(weights, [0, t], [rows, 1]), 'bool');
    sums = where(there, next, sums);
  }
  return logSumExp(add(sums, crf.end), 1);
}

/** The score of given tags, `Σ_t x_t(y_t) + start(y₁) + Σ_t transitions(y_{t−1}, y_t) + end(y_T)`, `[rows]`; parameters as `crfLogPartition`'s, tags int32 `[rows, length]`. */
export function crfScore(logits: Tensor, crf: CrfParameters<Tensor>, tags: Tensor, weights: Tensor): Tensor {
  const { rows, length, tags: count } = sizesOf('crfScore', logits, crf, [tags, weights]);
  const there = cast(cast(weights, 'bool'), 'float32');
  const flat = (table: Tensor) => reshape(table, [table.shape.reduce((a, b) => a * b, 1), 1]);
  const part = (x: Tensor, begin: number, size: number) => slice(x, [0, begin], [rows, size]);
  const places = constant(
    Int32Array.from({ length: rows * length }, (_, i) => i * count),
    [rows, length],
    'int32',
  );
  const own = gatherRows(flat(logits), add(places, tags));
  const scores = multiply(reshape(own, [rows, length]), there);
  const ends = reshape(gatherRows(flat(crf.end), tags), [rows, length]);
  const starts = reshape(gatherRows(flat(crf.start), part(tags, 0, 1)), [rows]);
  if (length === 1) return add(add(sum(scores, { axes: 1 }), starts), sum(ends, { axes: 1 }));
  const follows = part(there, 1, length - 1);
  const pairs = add(multiply(part(tags, 0, length - 1), count), part(tags, 1, length - 1));
  const moves = multiply(reshape(gatherRows(flat(crf.transitions), pairs), [rows, length - 1]), follows);
  // A token is the last one where no other follows.
  const last = subtract(
    there,
    pad(follows, [
      [0, 0],
      [0, 1],
    ]),
  );
  return add(
    add(add(sum(scores, { axes: 1 }), starts), sum(moves, { axes: 1 })),
    sum(multiply(ends, last), { axes: 1 }),
  );
}

/**
 * The mean over tokens of `ln Z − score(tags)`: the negative log-likelihood of the right tags as a whole. By tokens, so that learning rates of cross-entropy
 * carry over.
 */
export function crfLoss(logits: Tensor, crf: CrfParameters<Tensor>, tags: Tensor, weights: Tensor): Tensor {
  const there = cast(cast(weights, 'bool'), 'float32');
  const count = sum(there);
  // A row without a token of its own counts for nothing.
  const rows = reshape(slice(there, [0, 0], [there.shape[0] as number, 1]), [there.shape[0] as number]);
  const losses = subtract(crfLogPartition(logits, crf, weights), crfScore(logits, crf, tags, weights));
  return divide(sum(multiply(losses, rows)), where(greater(count, 0), count, 1));
}
