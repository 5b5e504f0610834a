import { describe, expect, it } from 'vitest';
import { batchOf, maskId } from '../contract/hard-batch.ts';
import { stream } from '../contract/stream.ts';
import { bert, informative, mask, pmiOfPairs } from '../index.ts';

describe('pmiOfPairs', () => {
  it('is the definition, counted over all ordered pairs of places at most a window apart', () => {
    const rows = [
      [1, 2, 3, 1, 1, 4],
      [2, 2, 5],
    ];
    const window = 2;
    const pairs: [number, number][] = rows.flatMap((row) =>
      row.flatMap((a, i) =>
        row.flatMap((b, j): [number, number][] => (i !== j && Math.abs(i - j) <= window ? [[a, b]] : [])),
      ),
    );
    const share = (matches: (pair: [number, number]) => boolean) => pairs.filter(matches).length / pairs.length;
    const pmi = pmiOfPairs(rows, { window });
    for (let a = 1; a <= 5; a++)
      for (let b = 1; b <= 5; b++) {
        const joint = share(([x, y]) => x === a && y === b);
        const apart = share(([x]) => x === a) * share(([x]) => x === b);
        expect(pmi(a, b)).toBeCloseTo(joint === 0 ? 0 : Math.log(joint / apart), 12);
      }
    expect(() => pmiOfPairs([[1], []])).toThrow('got none with a pair');
    expect(() => pmiOfPairs(rows, { window: 0 })).toThrow('window must be');
  });
});

describe('informative', () => {
  const batch = batchOf([{ words: new Array(10).fill(1) }], 12);
  const ids = batch.ids.slice(1, 11);
  const pmi = (a: number, b: number) => Math.sin(a * b);
  it('scores a choice by the sum over hidden and seen pairs', () => {
    const score = informative({ pmi }).score(ids);
    for (const hidden of [[], [3], [0, 4, 9], [...ids.keys()]]) {
      let sum = 0;
      for (const i of hidden)
        for (const [j, id] of ids.entries()) if (!hidden.includes(j)) sum += pmi(ids[i] as number, id);
      expect(score(hidden)).toBeCloseTo(sum, 9);
    }
  });

  it('keeps the best of its draws: of many the best there is, of one any', () => {
    const setting = (seed: number) => ({
      maskId,
      candidates: { from: 5, to: 9 },
      slots: 3,
      randomOf: () => stream(seed),
    });
    const hide = (draws: number, seed: number) => {
      const policy = { ...bert, rate: 0.2, base: 'maskable' as const, bestOf: informative({ pmi, draws }) };
      const { targetPositions, weights } = mask(batch, policy, setting(seed));
      return [...targetPositions].filter((_, slot) => weights[slot]).map((column) => column - 1);
    };
    const score = informative({ pmi }).score(ids);
    let best: number[] = [];
    for (let i = 0; i < 10; i++)
      for (let j = i + 1; j < 10; j++) if (best.length === 0 || score([i, j]) > score(best)) best = [i, j];
    // 45 choices: 1,000 draws miss one with probability 10⁻¹⁰.
    for (let seed = 0; seed < 5; seed++) expect(hide(1000, seed)).toEqual(best);
    expect(new Set(Array.from({ length: 20 }, (_, seed) => hide(1, seed).join())).size).toBeGreaterThan(5);
    expect(() => mask(batch, { bestOf: { draws: 0, score: () => () => 0 } }, setting(1))).toThrow(
      'bestOf.draws must be a positive integer, got 0',
    );
  });
});
