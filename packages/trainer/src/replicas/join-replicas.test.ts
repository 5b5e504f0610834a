import { flattenTree, isHostTensor } from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { engines } from '../../test/engines.ts';
import { type Example, example } from '../../test/weighted-rows.ts';
import type { Checkpoints } from '../checkpoints/open-checkpoints.ts';
import type { Checkpoint } from '../checkpoints/read-checkpoint.ts';
import { adamW } from '../optimisers/adam-w.ts';
import { runTraining } from '../run/run-training.ts';
import { trainingStep } from '../step/training-step.ts';
import { trainingVariables } from '../step/training-variables.ts';
import { joinReplicas } from './join-replicas.ts';
import { localReplicas, type Replicas } from './replicas.ts';

const [, engine] = engines.at(-1) as (typeof engines)[number];

/** Checkpoints in memory. */
function inMemory(): Checkpoints & { readonly held: Checkpoint[] } {
  const held: Checkpoint[] = [];
  const latest = async () => held.at(-1);
  return {
    held,
    list: async () => [],
    latest,
    best: latest,
    save: async ({ step, tensors, state = null, metrics = {} }) => {
      const maps = Object.entries(tensors).map(([name, tree]) => [name, new Map(flattenTree(tree, isHostTensor))]);
      held.push({ step, state, metrics, tensors: Object.fromEntries(maps) });
      return `checkpoint-${step}`;
    },
    close: async () => {},
  };
}

interface Run {
  readonly replicas: readonly (Replicas | undefined)[];
  readonly checkpoints?: Checkpoints;
  /** The step after which the last replica is told to stop. */
  readonly stopAfter?: number;
  readonly shared?: (rank: number) => Readonly<Record<string, unknown>>;
}

/** Ten steps of 16 rows; each replica's reason and parameters. */
const train = ({ replicas, checkpoints, stopAfter, shared = () => ({}) }: Run) =>
  Promise.all(
    replicas.map(async (own, rank) => {
      const signal = { aborted: false };
      const joined = await joinReplicas(own, {
        batchSize: 16,
        gradientAccumulationSteps: 1,
        shared: shared(rank),
        checkpoints: rank === 0 ? checkpoints : undefined,
        signal,
      });
      const optimiser = adamW({ learningRate: 0.01 });
      const { parameters, objective, rowsFrom, microbatchWeight }: Example = example;
      const variables = trainingVariables(engine, { parameters, optimiser, accumulate: true });
      const step = trainingStep({ variables, objective, optimiser, seed: 7, microbatchWeight, replicas: own });
      const { reason } = await runTraining({
        maxSteps: 10,
        batchOf: (t) => rowsFrom(16 * t + (16 / joined.size) * joined.rank, 16 / joined.size),
        step: async (t, batch) => {
          const taken = await step(t, batch);
          if (t === stopAfter && rank === replicas.length - 1) signal.aborted = true;
          await joined.afterStep();
          return taken;
        },
        variables,
        ...(joined.checkpoints && { checkpoints: joined.checkpoints, saveSteps: 4 }),
        signal: joined.signal,
      });
      const after = flattenTree(variables.read().parameters, isHostTensor).flatMap(([, { values }]) => [...values]);
      variables.dispose();
      return { reason, after };
    }),
  );

describe('joinReplicas', () => {
  it('one that is told to stop stops all after the same step, and two go on to the same bits', async () => {
    const whole = await train({ replicas: localReplicas(2) });
    const checkpoints = inMemory();
    const stopped = await train({ replicas: localReplicas(2), checkpoints, stopAfter: 6 });
    expect(stopped.map(({ reason }) => reason)).toEqual(['interrupted', 'interrupted']);
    expect(checkpoints.held.at(-1)?.step).toBe(6);
    const resumed = await train({ replicas: localReplicas(2), checkpoints });
    expect(resumed.map(({ after }) => after)).toEqual(whole.map(({ after }) => after));
  });

  it('goes on with more, or with one alone, to the same parameters within rounding', async () => {
    const [whole] = await train({ replicas: localReplicas(2) });
    for (const replicas of [localReplicas(4), [undefined]]) {
      const checkpoints = inMemory();
      await train({ replicas: localReplicas(2), checkpoints, stopAfter: 6 });
      const [first] = await train({ replicas, checkpoints });
      const apart = first?.after.map((value, i) => Math.abs(value - (whole?.after[i] as number))) ?? [];
      expect(apart.reduce((most, one) => Math.max(most, one), 0)).toBeLessThan(1e-5);
    }
  });

  it('refuses a batch that does not divide, and others that train something else', async () => {
    await expect(train({ replicas: localReplicas(3) })).rejects.toThrow('16 rows does not divide among 3 replicas');
    await expect(train({ replicas: localReplicas(2), shared: (seed) => ({ seed }) })).rejects.toThrow('seed is 0 on');
  });

  it('a replica whose parameters are no longer those of rank 0 is named when they are saved', async () => {
    const [first, second] = localReplicas(2) as [Replicas, Replicas];
    // As a processor of another kind might: one number of the sum is off in its last bit.
    const off: Replicas = {
      ...second,
      sum: async (values) => {
        await second.sum(values);
        if (values instanceof Float32Array) values[0] = (values[0] as number) * (1 + 2 ** -22);
      },
    };
    const told = await Promise.allSettled([train({ replicas: [first, off], checkpoints: inMemory() })]);
    expect(told).toEqual([
      {
        status: 'rejected',
        reason: expect.objectContaining({ message: expect.stringContaining('processors of one kind') }),
      },
    ]);
  });
});
