import type { HostTensor } from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { engines } from '../../test/engines.ts';
import { example, type Rows } from '../../test/weighted-rows.ts';
import { adamW } from '../optimisers/adam-w.ts';
import { chain } from '../optimisers/chain.ts';
import { clip } from '../optimisers/clip.ts';
import type { Optimiser } from '../optimisers/optimiser.ts';
import { sgd } from '../optimisers/sgd.ts';
import { trainingStep } from '../step/training-step.ts';
import { trainingVariables } from '../step/training-variables.ts';
import { agreedStop } from './agreed-stop.ts';
import { checkReplicas, gatherTexts, tellAll } from './exchange.ts';
import { localReplicas, type Replicas } from './replicas.ts';

const [, engine] = engines.at(-1) as (typeof engines)[number];
const { parameters: model, objective, rowsFrom, microbatchWeight } = example;
const open = (optimiser: Optimiser, replicas?: Replicas) => {
  const variables = trainingVariables(engine, { parameters: model, optimiser, accumulate: true });
  const options = { variables, objective, optimiser, seed: 3, microbatchWeight };
  return { variables, step: trainingStep({ ...options, replicas }) };
};
/** 20 steps of 32 rows, by replicas of some microbatches each. */
async function train(optimiser: Optimiser, size: number, microbatches = 1) {
  const runs = localReplicas(size).map((replicas) => open(optimiser, size === 1 ? undefined : replicas));
  const losses: number[][] = runs.map(() => []);
  for (let t = 1; t <= 20; t++)
    await Promise.all(
      runs.map(async ({ step }, rank) => {
        const count = 32 / size / microbatches;
        const [first, ...more] = Array.from({ length: microbatches }, (_, i) =>
          rowsFrom((rank * microbatches + i) * count, count),
        );
        const { loss, parts, gradNorm } = await step(t, first as Rows<HostTensor>, ...more);
        losses[rank]?.push(loss, parts.rows as number, gradNorm as number);
      }),
    );
  const values = runs.map(({ variables }) => {
    const { kernel, table } = variables.read().parameters;
    variables.dispose();
    return [...kernel.values, ...table.values];
  });
  return { losses, values };
}
const apart = (a: readonly number[] = [], b: readonly number[] = []) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number)) / (1 + Math.abs(value))), 0);

describe('trainingStep with replicas', () => {
  it.each([
    [2, 1],
    [4, 1],
    [2, 2],
  ])(
    '%i replicas of %i microbatches make the steps of the whole batch to 1e-6, the same bits in each',
    async (size, parts) => {
      const optimiser = chain(clip(1), sgd({ learningRate: 0.05 }));
      const [whole, shared] = [await train(optimiser, 1), await train(optimiser, size, parts)];
      expect(apart(shared.values[0], whole.values[0])).toBeLessThan(1e-6);
      // A part is a mean over rows by weight, not over replicas.
      const lossesOf = (told: readonly number[] = []) => told.filter((_, i) => i % 3 !== 1);
      expect(apart(lossesOf(shared.losses[0]), lossesOf(whole.losses[0]))).toBeLessThan(1e-6);
      for (const rank of shared.values.keys()) {
        expect(shared.values[rank]).toEqual(shared.values[0]);
        expect(shared.losses[rank]).toEqual(shared.losses[0]);
      }
    },
  );

  it('AdamW too, where no true gradient is 0', async () => {
    const optimiser = chain(clip(1), adamW({ learningRate: 0.01 }));
    const [whole, shared] = [await train(optimiser, 1), await train(optimiser, 4)];
    expect(apart(shared.values[0], whole.values[0])).toBeLessThan(1e-5);
  });

  it('a replica that has a bad id names it, the others say so too, and nobody writes', async () => {
    const optimiser = sgd({ learningRate: 0.05 });
    const runs = localReplicas(2).map((replicas) => open(optimiser, replicas));
    const told = await Promise.all(
      runs.map(({ step }, rank) =>
        step(
          1,
          rowsFrom(16 * rank, 16, (row) => (row === 20 ? 9 : 1)),
        ).then(
          () => 'written',
          (error: Error) => error.message,
        ),
      ),
    );
    expect(told).toEqual([expect.stringContaining('another replica'), expect.stringContaining('asks for 9 (row 4)')]);
    for (const { variables } of runs) expect(variables.read().parameters).toEqual(model);
  });
});

describe('what replicas tell each other', () => {
  it('bytes of one of them come to all, to the bit', async () => {
    const bytes = Uint8Array.from({ length: 1021 }, (_, i) => (i * 37) % 256);
    const all = await Promise.all(
      localReplicas(3).map((replicas) => tellAll(replicas, 1, replicas.rank() === 1 ? bytes : new Uint8Array())),
    );
    expect(all).toEqual([bytes, bytes, bytes]);
  });

  it('texts come by rank, and what differs is named with its place', async () => {
    const texts = await Promise.all(
      localReplicas(3).map((replicas) => gatherTexts(replicas, `rank ${replicas.rank()} 汉`)),
    );
    expect(texts[2]).toEqual(['rank 0 汉', 'rank 1 汉', 'rank 2 汉']);
    const check = (seedOf: (rank: number) => number) =>
      Promise.all(
        localReplicas(2).map((replicas) =>
          checkReplicas(
            { ...replicas, place: `host${replicas.rank()}` },
            { seed: seedOf(replicas.rank()), data: 'a' },
          ).then(
            () => 'agreed',
            (error: Error) => error.message,
          ),
        ),
      );
    expect(await check(() => 1)).toEqual(['agreed', 'agreed']);
    const [first, second] = await check((rank) => rank);
    expect(first).toContain('seed is 0 on host0 (rank 0), 1 on host1 (rank 1)');
    expect(first).not.toContain('data');
    expect(second).toBe(first);
  });

  it('one that is told to stop stops all', async () => {
    const stops = await Promise.all(
      localReplicas(2).map(async (replicas) => {
        const { signal, agree } = agreedStop(replicas, { aborted: replicas.rank() === 1 });
        const before = signal.aborted;
        await agree();
        return [before, signal.aborted];
      }),
    );
    expect(stops).toEqual([
      [false, true],
      [false, true],
    ]);
  });

  it('names a sum to which replicas bring different numbers, and a size that is none', async () => {
    const sums = await Promise.allSettled(
      localReplicas(2).map((replicas) => replicas.sum(new Float32Array(1 + replicas.rank()))),
    );
    expect(sums.map((one) => (one.status === 'rejected' ? String(one.reason) : ''))).toEqual([
      expect.stringContaining('1, 2 numbers'),
      expect.stringContaining('1, 2 numbers'),
    ]);
    expect(() => localReplicas(0)).toThrow('from 1, got 0');
  });
});
