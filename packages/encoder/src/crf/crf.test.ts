import { add, constant, evaluate, gradients, multiply, referenceEngine, sum, type Tensor } from '@cloze/backend';
import { streamFrom } from '@cloze/random';
import { describe, expect, it } from 'vitest';
import { type CrfParameters, crfLogPartition, crfLoss, crfScore } from './crf-loss.ts';
import { viterbi } from './viterbi.ts';

const engine = referenceEngine();
const [tagCount, length] = [3, 4];
/** Tokens of each row; the second has as many as there is room for. */
const lengths = [3, 4, 1];
type Numbers = Readonly<Record<'logits' | 'start' | 'end' | 'transitions', number[]>>;
function drawn(seed: number, scale = 2): Numbers {
  const random = streamFrom(seed);
  const of = (size: number) => Array.from({ length: size }, () => scale * (2 * random.next() - 1));
  return {
    logits: of(lengths.length * length * tagCount),
    start: of(tagCount),
    end: of(tagCount),
    transitions: of(tagCount ** 2),
  };
}
const weights = constant(
  lengths.flatMap((own) => Array.from({ length }, (_, t) => Number(t < own))),
  [lengths.length, length],
);

const tensors = ({ logits, start, end, transitions }: Numbers) => ({
  logits: constant(logits, [lengths.length, length, tagCount]),
  crf: {
    ...{ start: constant(start, [tagCount]), end: constant(end, [tagCount]) },
    transitions: constant(transitions, [tagCount, tagCount]),
  },
});

/** Every row of tags of a length. */
function* rowsOfTags(size: number): Generator<number[]> {
  if (size === 0) yield [];
  else for (const rest of rowsOfTags(size - 1)) for (let tag = 0; tag < tagCount; tag++) yield [...rest, tag];
}
/** The score as it is defined. */
function scoreOf({ logits, start, end, transitions }: Numbers, row: number, tags: readonly number[]): number {
  const last = tags.length - 1;
  return tags.reduce(
    (score, tag, t) =>
      score +
      (logits[(row * length + t) * tagCount + tag] as number) +
      (t > 0 ? (transitions[(tags[t - 1] as number) * tagCount + tag] as number) : (start[tag] as number)) +
      (t === last ? (end[tag] as number) : 0),
    0,
  );
}
const logPartitionOf = (numbers: Numbers, row: number) =>
  Math.log(
    [...rowsOfTags(lengths[row] as number)].reduce((all, tags) => all + Math.exp(scoreOf(numbers, row, tags)), 0),
  );
/** Sum over rows of ln Z, in double precision. */
const total = (numbers: Numbers) => lengths.reduce((all, _, row) => all + logPartitionOf(numbers, row), 0);

/** Central differences of a function of numbers, along a part of them. */
function slopes(of: (numbers: Numbers) => number, at: Numbers, part: keyof Numbers, h = 1e-4): number[] {
  return at[part].map((_, i) => {
    const moved = (by: number) => of({ ...at, [part]: at[part].map((value, k) => (k === i ? value + by : value)) });
    return (moved(h) - moved(-h)) / (2 * h);
  });
}
const parts = ['logits', 'start', 'end', 'transitions'] as const;
const leafOf = ({ logits, crf }: ReturnType<typeof tensors>, part: keyof Numbers): Tensor =>
  part === 'logits' ? logits : crf[part];

describe('the log partition', () => {
  it('equals the sum over all rows of tags, each row as long as its tokens', () => {
    for (let seed = 0; seed < 20; seed++) {
      const numbers = drawn(seed);
      const { logits, crf } = tensors(numbers);
      const found = evaluate(engine, { z: crfLogPartition(logits, crf, weights) }).z.values;
      for (const row of lengths.keys()) expect(found[row]).toBeCloseTo(logPartitionOf(numbers, row), 4);
    }
  });

  it('is exact for logits of hundreds, whose powers are beyond float32', () => {
    const numbers = drawn(3, 300);
    const { logits, crf } = tensors(numbers);
    const found = evaluate(engine, {
      z: crfLogPartition(logits, crf, weights),
      ...gradientsOf(crfLogPartition(logits, crf, weights), logits),
    });
    const best = [...rowsOfTags(4)].reduce(
      (most, tags) => Math.max(most, scoreOf(numbers, 1, tags)),
      Number.NEGATIVE_INFINITY,
    );
    expect(Math.abs((found.z.values[1] as number) / best - 1)).toBeLessThan(1e-2);
    expect(Array.from(found.slope.values).every(Number.isFinite)).toBe(true);
  });

  it('has gradients that are the marginals, against central differences of the sum', () => {
    const numbers = drawn(30);
    const at = tensors(numbers);
    const z = sum(crfLogPartition(at.logits, at.crf, weights));
    for (const part of parts) {
      const found = evaluate(engine, { d: gradients(z, leafOf(at, part)) }).d.values;
      const expected = slopes(total, numbers, part);
      for (const [i, value] of expected.entries()) expect(found[i], `${part} ${i}`).toBeCloseTo(value, 4);
    }
  });

  it('has second derivatives: along a drawn direction, against central differences of central differences', () => {
    const numbers = drawn(31);
    const at = tensors(numbers);
    const z = sum(crfLogPartition(at.logits, at.crf, weights));
    const direction = drawn(32);
    const along = parts.reduce<Tensor>(
      (all, part) =>
        add(all, sum(multiply(gradients(z, leafOf(at, part)), constant(direction[part], leafOf(at, part).shape)))),
      constant([0], []),
    );
    const h = 1e-3;
    const moved = (point: Numbers, by: number): Numbers => ({
      logits: point.logits.map((value, i) => value + by * (direction.logits[i] as number)),
      start: point.start.map((value, i) => value + by * (direction.start[i] as number)),
      end: point.end.map((value, i) => value + by * (direction.end[i] as number)),
      transitions: point.transitions.map((value, i) => value + by * (direction.transitions[i] as number)),
    });
    const slope = (point: Numbers) => (total(moved(point, h)) - total(moved(point, -h))) / (2 * h);
    for (const part of parts) {
      const found = evaluate(engine, { d: gradients(along, leafOf(at, part)) }).d.values;
      for (const [i, value] of slopes(slope, numbers, part, 1e-3).entries())
        expect(found[i], `${part} ${i}`).toBeCloseTo(value, 3);
    }
    // A third time: along the same direction, of one number.
    const third = evaluate(engine, {
      d: sum(
        multiply(
          gradients(sum(multiply(gradients(along, at.logits), constant(direction.logits, at.logits.shape))), at.logits),
          constant(direction.logits, at.logits.shape),
        ),
      ),
    });
    const onLogits = (point: Numbers, by: number): Numbers => ({ ...point, logits: moved(point, by).logits });
    const twice = (by: number) => {
      const g = (c: number) => slope(onLogits(onLogits(numbers, by), c));
      return (g(3e-2) - g(-3e-2)) / 6e-2;
    };
    expect(third.d.values[0]).toBeCloseTo((twice(3e-2) - twice(-3e-2)) / 6e-2, 1);
  });
});

const gradientsOf = (of: Tensor, by: Tensor) => ({ slope: gradients(sum(of), by) });

describe('the loss', () => {
  const numbers = drawn(7);
  const tags = [
    [0, 2, 1, 0],
    [2, 2, 0, 1],
    [1, 0, 0, 0],
  ];
  const { logits, crf } = tensors(numbers);
  const said = constant(tags.flat(), [3, length], 'int32');
  it('is −ln of the share of the right tags, over tokens; what stands behind a row counts for nothing', () => {
    const expected = lengths.map((own, row) => scoreOf(numbers, row, (tags[row] as number[]).slice(0, own)));
    const found = evaluate(engine, {
      score: crfScore(logits, crf, said, weights),
      loss: crfLoss(logits, crf, said, weights),
    });
    for (const [row, score] of expected.entries()) expect(found.score.values[row]).toBeCloseTo(score, 4);
    const losses = expected.map((score, row) => logPartitionOf(numbers, row) - score);
    expect(found.loss.values[0]).toBeCloseTo(losses.reduce((a, b) => a + b, 0) / 8, 4);
    const other = constant(
      tags.flatMap((row, i) => row.map((tag, t) => (t < (lengths[i] as number) ? tag : 2))),
      [3, length],
      'int32',
    );
    expect(evaluate(engine, { loss: crfLoss(logits, crf, other, weights) })).toEqual({ loss: found.loss });
  });
  it('without transitions is the cross-entropy; of rows without tokens 0', () => {
    const none: CrfParameters<Tensor> = {
      ...{ start: constant([0, 0, 0], [3]), end: constant([0, 0, 0], [3]) },
      transitions: constant(Array(9).fill(0), [3, 3]),
    };
    const softmax = (row: number, t: number) => {
      const own = numbers.logits.slice((row * length + t) * 3, (row * length + t) * 3 + 3);
      return (
        Math.log(own.reduce((all, value) => all + Math.exp(value), 0)) -
        (own[(tags[row] as number[])[t] as number] as number)
      );
    };
    const expected = lengths.flatMap((own, row) => Array.from({ length: own }, (_, t) => softmax(row, t)));
    const loss = (by: Tensor) => evaluate(engine, { loss: crfLoss(logits, none, said, by) }).loss.values[0];
    expect(loss(weights)).toBeCloseTo(expected.reduce((a, b) => a + b, 0) / 8, 5);
    expect(loss(constant(Array(12).fill(0), [3, 4]))).toBe(0);
    expect(() => crfLoss(logits, none, said, constant([1], [1, 1]))).toThrow(
      'tags and weights must be [3,4], got [1,1]',
    );
  });
});

it('Viterbi finds the best of all rows of tags', () => {
  for (let seed = 100; seed < 160; seed++) {
    const numbers = drawn(seed);
    for (const [row, own] of lengths.entries()) {
      const found = viterbi(numbers.logits.slice(row * length * 3, (row * length + own) * 3), numbers);
      const best = [...rowsOfTags(own)].reduce((a, b) => (scoreOf(numbers, row, b) > scoreOf(numbers, row, a) ? b : a));
      expect(found.tags).toEqual(best);
      expect(found.score).toBeCloseTo(scoreOf(numbers, row, best), 10);
    }
  }
  expect(viterbi([], drawn(1))).toEqual({ tags: [], score: 0 });
  expect(() => viterbi([1, 2], drawn(1))).toThrow('do not fit one number of tags');
});
