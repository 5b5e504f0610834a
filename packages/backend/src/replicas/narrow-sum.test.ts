import { describe, expect, it } from 'vitest';
import { type Exchanges, narrowSum } from './narrow-sum.ts';

/** Replicas of one process: whoever comes last moves everybody's numbers. */
function meet(size: number): readonly Exchanges[] {
  const turn = (move: (all: readonly (readonly [Uint16Array, Uint16Array])[]) => void) => {
    let waiting: (readonly [Uint16Array, Uint16Array, () => void])[] = [];
    return (rank: number) => (own: Uint16Array, out: Uint16Array) =>
      new Promise<void>((done) => {
        waiting[rank] = [own, out, done];
        if (waiting.filter(Boolean).length < size) return;
        const all = waiting;
        waiting = [];
        move(all.map(([from, to]) => [from, to]));
        for (const [, , resolve] of all) resolve();
      });
  };
  const swap = turn((all) => {
    const each = (all[0]?.[0].length ?? 0) / size;
    for (const [to, [, theirs]] of all.entries())
      for (const [from, [own]] of all.entries()) theirs.set(own.subarray(to * each, (to + 1) * each), from * each);
  });
  const share = turn((all) => {
    for (const [, out] of all) for (const [from, [own]] of all.entries()) out.set(own, from * own.length);
  });
  return Array.from({ length: size }, (_, rank) => ({ swap: swap(rank), share: share(rank) }));
}

/** A number rounded to 8 bits of precision, by arithmetic. */
function toBrain(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 7);
  const [low, rest] = [Math.floor(value / unit), value / unit - Math.floor(value / unit)];
  return unit * (rest > 0.5 || (rest === 0.5 && low % 2 !== 0) ? low + 1 : low);
}

describe('narrowSum', () => {
  it.each([1, 2, 3, 4])('of %i replicas is the sum of rounded numbers, rounded, the same bits in all', async (size) => {
    const length = 37;
    const given = Array.from({ length: size }, (_, rank) =>
      Float32Array.from({ length }, (_, i) => Math.sin(1 + i * 7.7 + rank * 31) * 10 ** ((i % 9) - 4)),
    );
    const expected = Array.from({ length }, (_, i) =>
      toBrain(given.reduce((sum, own) => Math.fround(sum + toBrain(own[i] as number)), 0)),
    );
    const exact = Array.from({ length }, (_, i) => given.reduce((sum, own) => sum + (own[i] as number), 0));
    const sizes = Array.from({ length }, (_, i) => given.reduce((sum, own) => sum + Math.abs(own[i] as number), 0));
    const places = meet(size);
    await Promise.all(given.map((own, rank) => narrowSum(own, size, places[rank] as Exchanges)));
    for (const own of given) expect([...own]).toEqual(expected.map(Math.fround));
    for (let i = 0; i < length; i++)
      expect(Math.abs((given[0]?.[i] as number) - (exact[i] as number))).toBeLessThanOrEqual(
        2 ** -8 * (sizes[i] as number) * (2 + 2 ** -8),
      );
  });

  it('keeps what is no number, so that a step that must not be written is not', async () => {
    const [a, b] = [Float32Array.of(Number.NaN, 1, 3e38), Float32Array.of(1, Number.POSITIVE_INFINITY, 3e38)];
    const [one, two] = meet(2) as [Exchanges, Exchanges];
    await Promise.all([narrowSum(a, 2, one), narrowSum(b, 2, two)]);
    expect([...a]).toEqual([Number.NaN, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect([...b]).toEqual([...a]);
  });
});
