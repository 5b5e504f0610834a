import { constant, type Engine, evaluate, referenceEngine, type Tensor } from '@cloze/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { smallModel, tokens } from '../../test/small-model.ts';
import {
  causal,
  causalRows,
  type EncoderConfig,
  encodeBert,
  encodeTta,
  encodeTwoStream,
  packed,
  prefix,
} from '../index.ts';

const ids = [2, 7, 9, 4, 11, 5];
const segments = [0, 0, 0, 1, 1, 1];
const order = [3, 0, 5, 1, 4, 2];

/** For each changed token, which outputs change at all. */
function influence(engine: Engine, run: (changed: readonly number[]) => Tensor): boolean[][] {
  const values = (changed: readonly number[]) => evaluate(engine, run(changed)).values;
  const before = values(ids);
  const width = before.length / ids.length;
  return ids.map((_, j) => {
    const after = values(ids.map((id, index) => (index === j ? 17 : id)));
    return ids.map((__, i) => {
      for (let index = i * width; index < (i + 1) * width; index++) if (after[index] !== before[index]) return true;
      return false;
    });
  });
}

describe('exactly what may be seen changes the output, over three layers (every token perturbed)', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = referenceEngine();
  });
  const { config, tensors } = smallModel();
  const cases: [string, (x: readonly number[]) => Tensor, (i: number, j: number) => boolean][] = [
    ['BERT: everything', (x) => encodeBert(tensors, tokens(x), config).hidden, () => true],
    ['T-TA: all but oneself', (x) => encodeTta(tensors, tokens(x), config).hidden, (i, j) => i !== j],
    [
      'T-TA with a query token: all but oneself',
      (x) => encodeTta(tensors, tokens(x), config, undefined, { queryToken: 4 }).hidden,
      (i, j) => i !== j,
    ],
    [
      'T-TA with the query token of its config: all but oneself',
      (x) => encodeTta(tensors, tokens(x), { ...config, queryToken: 4 }).hidden,
      (i, j) => i !== j,
    ],
    [
      'T-TA with the diagonal shown: everything',
      (x) => encodeTta(tensors, tokens(x), config, undefined, { showDiagonal: true }).hidden,
      () => true,
    ],
    [
      'left to right: nothing later',
      (x) => encodeBert(tensors, tokens(x), config, undefined, { visible: causal(tokens(x).attend) }).hidden,
      (i, j) => j <= i,
    ],
    [
      'some rows left to right: those nothing later',
      (x) =>
        encodeBert(tensors, tokens(x), config, undefined, {
          visible: causalRows(constant([1], [1], 'bool'), tokens(x).attend),
        }).hidden,
      (i, j) => j <= i,
    ],
    [
      'the others everything',
      (x) =>
        encodeBert(tensors, tokens(x), config, undefined, {
          visible: causalRows(constant([0], [1], 'bool'), tokens(x).attend),
        }).hidden,
      () => true,
    ],
    [
      'UniLM: the source never sees the target, the target nothing later',
      (x) => {
        const inputs = tokens(x, { segments });
        return encodeBert(tensors, inputs, config, undefined, { visible: prefix(inputs.segments, inputs.attend) })
          .hidden;
      },
      (i, j) => (segments[j] === 0 ? true : segments[i] === 1 && j <= i),
    ],
    [
      'two streams, queries: only what is before in the order',
      (x) =>
        encodeTwoStream(tensors, { ...tokens(x), order: constant(order, [1, 6], 'int32') }, config, { queryToken: 4 })
          .hidden,
      (i, j) => (order[j] as number) < (order[i] as number),
    ],
    [
      'two streams, content: nothing later in the order',
      (x) =>
        encodeTwoStream(tensors, { ...tokens(x), order: constant(order, [1, 6], 'int32') }, config, { queryToken: 4 })
          .content,
      (i, j) => (order[j] as number) <= (order[i] as number),
    ],
    [
      'packed rows: one text never sees another',
      (x) =>
        encodeBert(tensors, tokens(x), config, undefined, {
          visible: packed(constant(segments, [1, 6], 'int32'), tokens(x).attend),
        }).hidden,
      (i, j) => segments[i] === segments[j],
    ],
  ];
  for (const [name, run, may] of cases)
    it(name, () => {
      const seen = influence(engine, run);
      expect(seen).toEqual(ids.map((_, j) => ids.map((__, i) => may(i, j))));
    });

  it('the query token of a config is the one of the options', () => {
    const { a, b, c } = evaluate(engine, {
      a: encodeTta(tensors, tokens(ids), { ...config, queryToken: 4 }).hidden,
      b: encodeTta(tensors, tokens(ids), config, undefined, { queryToken: 4 }).hidden,
      c: encodeTta(tensors, tokens(ids), config).hidden,
    });
    expect(a.values).toEqual(b.values);
    expect(a.values).not.toEqual(c.values);
  });

  it('negative control: hiding the diagonal of plain BERT leaks from the second layer on', () => {
    const run = (layers: number) => (x: readonly number[]) => {
      const { config: deep, tensors: weights } = smallModel({ layers });
      const inputs = tokens(x);
      const others = constant(
        Array.from({ length: 36 }, (_, index) => (index % 7 === 0 ? 0 : 1)),
        [1, 1, 6, 6],
        'bool',
      );
      // Queries of BERT hold their own token: only what comes through attention is looked at.
      return encodeBert(weights, inputs, deep as EncoderConfig, undefined, { visible: others }).hidden;
    };
    expect(influence(engine, run(2)).every((row, j) => row[j])).toBe(true);
  });

  it('rows read from left to right beside others equal those of a batch of their own, pads unseen, to the bit', () => {
    const attend = constant([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0], [2, 6], 'bool');
    const both = { ...tokens([...ids, ...ids], { rows: 2 }), attend };
    const mixed = causalRows(constant([1, 0], [2], 'bool'), attend);
    const run = (visible: Tensor | undefined) => encodeBert(tensors, both, config, undefined, { visible }).hidden;
    const got = evaluate(engine, { mixed: run(mixed), left: run(causal(attend)), whole: run(undefined) });
    const half = got.mixed.values.length / 2;
    expect(got.mixed.values.subarray(0, half)).toEqual(got.left.values.subarray(0, half));
    expect(got.mixed.values.subarray(half)).toEqual(got.whole.values.subarray(half));
    expect(() => causalRows(constant([1], [1], 'bool'), attend)).toThrow('reads must be bool [2], got bool [1]');
  });

  it('packed rows equal the same texts alone, to 1e-6, with positions beginning again', () => {
    const row = { ...tokens(ids), positionIds: constant([0, 1, 2, 0, 1, 2], [1, 6], 'int32') };
    const together = encodeBert(tensors, row, config, undefined, {
      visible: packed(constant(segments, [1, 6], 'int32'), row.attend),
    });
    const alone = encodeBert(tensors, tokens(ids, { rows: 2 }), config);
    const got = evaluate(engine, { together: together.hidden, alone: alone.hidden });
    for (const [index, value] of got.alone.values.entries())
      expect(Math.abs((got.together.values[index] as number) - value)).toBeLessThan(1e-6);
  });
});
