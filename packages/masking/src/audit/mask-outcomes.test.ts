import { describe, expect, it } from 'vitest';
import { mask } from '../mask.ts';
import { decoupled, mask40 } from '../presets/presets.ts';
import { everyToken, nextToken, removedTokens } from '../presets/target-presets.ts';
import type { Policy } from '../targets/target-policy.ts';
import { maskOutcomes } from './mask-outcomes.ts';

const [pad, begin, end, maskId] = [0, 2, 3, 4];
const batch = {
  shape: [1, 7] as const,
  ids: Int32Array.of(begin, 10, 11, 12, 13, end, pad),
  segments: new Int32Array(7),
  attend: Uint8Array.of(1, 1, 1, 1, 1, 1, 0),
  maskable: Uint8Array.of(0, 1, 1, 1, 1, 0, 0),
  wordNumbers: Int32Array.of(-1, 0, 1, 2, 3, -1, -1),
};
const outcomes = (policy: Policy, draws: readonly number[] = [0.3]) => {
  let next = 0;
  const random = { next: () => draws[next++ % draws.length] as number };
  const setting = { maskId, padId: pad, candidates: { from: 20, to: 30 }, randomOf: () => random };
  return maskOutcomes(batch, mask(batch, policy, setting), policy, { maskId, padId: pad });
};
const became = (policy: Policy) => outcomes(policy).map((row) => row.map((one) => one.became));

describe('maskOutcomes', () => {
  it('tells only tokens, each with its place and id, masked ones as targets', () => {
    const [row = []] = outcomes({ ...mask40, rate: 1 });
    expect(row.map(({ column, original, input }) => [column, original, input])).toEqual([
      ...[
        [1, 10, maskId],
        [2, 11, maskId],
        [3, 12, maskId],
        [4, 13, maskId],
      ],
    ]);
    expect(row.every((one) => one.became === 'masked' && one.isTarget)).toBe(true);
  });

  it.each([
    ['replaced', { mask: 0, random: 1, keep: 0 }],
    ['kept', { mask: 0, random: 0, keep: 1 }],
  ] as const)('%s where the policy says so', (kind, replacement) => {
    expect(became({ ...mask40, rate: 1, replacement })).toEqual([[kind, kind, kind, kind]]);
  });

  it('what is left alone is plain and no target', () => {
    expect(outcomes({ rate: 0, atLeastOne: false })).toEqual([
      [10, 11, 12, 13].map((id, i) => ({ column: i + 1, original: id, input: id, became: 'plain', isTarget: false })),
    ]);
  });

  it('masked without being asked for', () => {
    const [row = []] = outcomes(decoupled({ corrupt: 1, predict: 0.5 }));
    expect(row.map((one) => one.became)).toEqual(['masked', 'masked', 'masked', 'masked']);
    expect(row.filter((one) => one.isTarget)).toHaveLength(2);
  });

  it('a row for each masked copy', () => {
    const rows = outcomes(decoupled({ corrupt: 0.25, predict: 0.5 }));
    expect(rows).toHaveLength(2);
    expect(rows.map((row) => row.filter((one) => one.became === 'masked').length)).toEqual([1, 1]);
  });

  it('refuses ids that are none', () => {
    const masked = mask(batch, mask40, {
      maskId,
      candidates: { from: 20, to: 30 },
      randomOf: () => ({ next: () => 0 }),
    });
    expect(() => maskOutcomes(batch, masked, mask40, { maskId: Number.NaN, padId: -1 })).toThrow(
      /maskId must be .*NaN.*padId must be .*-1/,
    );
  });

  it('T-TA keeps and asks all, left to right asks each where it stands, MAE removes', () => {
    expect(became(everyToken)).toEqual([['kept', 'kept', 'kept', 'kept']]);
    expect(outcomes(nextToken)[0]?.map((one) => one.isTarget)).toEqual([true, true, true, true]);
    const [row = []] = outcomes(removedTokens);
    expect(row.filter((one) => one.became === 'removed')).toHaveLength(3);
    expect(row.every((one) => (one.became === 'removed') === (one.isTarget && one.input === pad))).toBe(true);
  });
});
