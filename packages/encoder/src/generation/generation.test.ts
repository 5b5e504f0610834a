import { constant, type Engine, evaluate, logSoftmax, referenceEngine } from '@cloze/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { smallModel, tokens } from '../../test/small-model.ts';
import {
  beamSearch,
  causal,
  createDecoder,
  type Decoder,
  encodeBert,
  greedySearch,
  predictTokens,
  prefix,
} from '../index.ts';

/** A table of log-probabilities that depends on the last token only. */
function chain(table: readonly (readonly number[])[], first: readonly number[], rows: number): Decoder {
  return {
    start: async () => Float32Array.from(Array.from({ length: rows }, () => first.map(Math.log)).flat()),
    advance: async (_parents, tokens) =>
      Float32Array.from(Array.from(tokens).flatMap((token) => (table[token] as readonly number[]).map(Math.log))),
  };
}
const first = [0.1, 0.5, 0.4];
const table = [
  [0.2, 0.4, 0.4],
  [0.3, 0.4, 0.3],
  [0.9, 0.05, 0.05],
];

/** Every text of up to `most` tokens that ends with token 0, and its probability. */
function all(most: number): { tokens: number[]; p: number }[] {
  const grow = (tokens: number[], p: number, row: readonly number[]): { tokens: number[]; p: number }[] =>
    tokens.length >= most
      ? []
      : row.flatMap((q, token) =>
          token === 0
            ? tokens.length === 0
              ? []
              : [{ tokens, p: p * q }]
            : grow([...tokens, token], p * q, table[token] as number[]),
        );
  return grow([], 1, first);
}

describe('searches over a known chain', () => {
  it('greedy takes the likeliest at each step and misses the best text', async () => {
    const [found] = await greedySearch(chain(table, first, 1), { rows: 1, endId: 0, maximumTokens: 4 });
    expect(found?.tokens).toEqual([1, 1, 1, 1]);
  });

  it.each([0, 1])(
    'a beam as wide as the tree finds the best text there is (length penalty %i)',
    async (lengthPenalty) => {
      const best = all(5)
        .map(({ tokens, p }) => ({ tokens, score: Math.log(p) / (tokens.length + 1) ** lengthPenalty }))
        .sort((a, b) => b.score - a.score);
      const found = await beamSearch(chain(table, first, 40), { beams: 40, endId: 0, maximumTokens: 5, lengthPenalty });
      expect(found[0]?.tokens).toEqual(best[0]?.tokens);
      expect(found[0]?.score).toBeCloseTo(best[0]?.score as number, 5);
      expect(found[0]?.ended).toBe(true);
    },
  );

  it('the end token waits for the minimum', async () => {
    const [found] = await beamSearch(chain(table, first, 3), {
      beams: 3,
      endId: 0,
      maximumTokens: 6,
      minimumTokens: 3,
      lengthPenalty: 0,
    });
    expect(found?.tokens.length).toBeGreaterThanOrEqual(3);
  });
});

describe('a decoder with a cache', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = referenceEngine();
  });

  for (const [source, positionKind] of [
    ['prefix', 'absolute'],
    ['causal', 'absolute'],
    ['causal', 'rotary'],
  ] as const)
    it(`${source}, ${positionKind}: two rows of different length equal encoding the whole row each time, to 1e-5`, async () => {
      const { config, host, tensors } = smallModel({ positionKind });
      const given = [
        [2, 7, 9, 3],
        [2, 8, 3],
      ];
      const decoder = createDecoder(engine, host, config, { rows: 2, source });
      decoder.begin({
        ids: Int32Array.from(given.flatMap((row) => [...row, 0].slice(0, 4))),
        segments: new Int32Array(8),
        attend: Uint8Array.from([1, 1, 1, 1, 1, 1, 1, 0]),
      });
      const rows = given.map((row) => [...row]);
      const whole = (row: readonly number[], length: number) => {
        const segments = row.map((_, i) => (source === 'prefix' && i >= length ? 1 : 0));
        const shape = [1, row.length];
        const inputs = {
          ids: constant(row, shape, 'int32'),
          segments: constant(segments, shape, 'int32'),
          attend: constant(
            row.map(() => 1),
            shape,
            'bool',
          ),
        };
        const visible = source === 'prefix' ? prefix(inputs.segments, inputs.attend) : causal(inputs.attend);
        const { hidden } = encodeBert(tensors, inputs, config, undefined, { visible });
        return evaluate(
          engine,
          logSoftmax(predictTokens(tensors, hidden, constant([row.length - 1], [1, 1], 'int32'), config)),
        ).values;
      };
      let next = await decoder.start();
      for (const token of [5, 11, 6, 14]) {
        for (const [r, row] of rows.entries())
          for (const [id, value] of whole(row, given[r]?.length as number).entries())
            expect(Math.abs((next[r * 20 + id] as number) - value)).toBeLessThan(1e-5);
        next = await decoder.advance([0, 1], [token, token + 1]);
        rows[0]?.push(token);
        rows[1]?.push(token + 1);
      }
      // A beam that goes on from another's past: both rows from row 1.
      next = await decoder.advance([1, 1], [4, 9]);
      for (const [r, token] of [4, 9].entries())
        for (const [id, value] of whole([...(rows[1] as number[]), token], 3).entries())
          expect(Math.abs((next[r * 20 + id] as number) - value)).toBeLessThan(1e-5);
      decoder.dispose();
    });

  it.each(['prefix', 'causal'] as const)(
    '%s: beam search over the cache finds what it finds encoding every row anew',
    async (source) => {
      const { config, host, tensors } = smallModel();
      const given = [2, 7, 9, 3];
      const beams = 4;
      const cached = createDecoder(engine, host, config, { rows: beams, source });
      const wide = (values: readonly number[]) => Array.from({ length: beams }, () => values).flat();
      cached.begin({
        ids: Int32Array.from(wide(given)),
        segments: new Int32Array(4 * beams),
        attend: new Uint8Array(4 * beams).fill(1),
      });
      let rows: number[][] = Array.from({ length: beams }, () => [...given]);
      const encodeAll = async () => {
        const inputs = tokens(rows.flat(), {
          rows: beams,
          segments: rows.flatMap((row) => row.map((_, i) => (source === 'prefix' && i >= 4 ? 1 : 0))),
        });
        const visible = source === 'prefix' ? prefix(inputs.segments, inputs.attend) : causal(inputs.attend);
        const { hidden } = encodeBert(tensors, inputs, config, undefined, { visible });
        const last = constant(new Array(beams).fill((rows[0] as number[]).length - 1), [beams, 1], 'int32');
        return evaluate(engine, logSoftmax(predictTokens(tensors, hidden, last, config))).values as Float32Array;
      };
      const anew: Decoder = {
        start: encodeAll,
        advance: (parents, chosen) => {
          rows = Array.from(parents, (parent, i) => [...(rows[parent] as number[]), chosen[i] as number]);
          return encodeAll();
        },
      };
      // Token 0 is a pad, which no row may hold.
      const search = { beams, endId: 0, maximumTokens: 5, minimumTokens: 5, lengthPenalty: 1 };
      const [a, b] = [await beamSearch(cached, search), await beamSearch(anew, search)];
      expect(a.map((hypothesis) => hypothesis.tokens)).toEqual(b.map((hypothesis) => hypothesis.tokens));
      for (const [i, { score }] of a.entries()) expect(score).toBeCloseTo(b[i]?.score as number, 5);
      expect(new Set(a.map((hypothesis) => String(hypothesis.tokens))).size).toBe(beams);
      cached.dispose();
    },
  );

  it('refuses a row that has filled its cache', async () => {
    const { config, host } = smallModel();
    const decoder = createDecoder(engine, host, config, { rows: 1, source: 'causal', room: 3 });
    decoder.begin({ ids: Int32Array.of(2, 3), segments: new Int32Array(2), attend: Uint8Array.of(1, 1) });
    await expect(greedySearch(decoder, { rows: 1, endId: -1, maximumTokens: 9 })).rejects.toThrow(
      'row 0 has filled its 3 slots',
    );
    decoder.dispose();
  });
});
