import { describe, expect, it } from 'vitest';
import { LossError, takeSteps } from './take-steps.ts';

const steps = {
  firstStep: 1,
  batchOf: (step: number) => step,
  tokensOf: () => 1,
  idsOf: () => [],
  nonFinite: 'stop',
  lastGood: () => undefined,
} as const;

describe('takeSteps', () => {
  it('yields a record a step and prepares the next batch while one runs', async () => {
    const order: string[] = [];
    const losses = [];
    const step = async (number: number, batch: number) => {
      order.push(`run ${number}`);
      await null;
      return { loss: batch };
    };
    const batchOf = (number: number) => (order.push(`make ${number}`), number * 10);
    for await (const { loss } of takeSteps({ ...steps, maxSteps: 3, batchOf, step })) losses.push(loss);
    expect(losses).toEqual([10, 20, 30]);
    expect(order).toEqual(['make 1', 'run 1', 'make 2', 'run 2', 'make 3', 'run 3']);
  });

  it('stops at a loss that is no number, naming the step', async () => {
    const run = async () => {
      const step = async (number: number) => ({ loss: number === 2 ? Number.NaN : 1 });
      for await (const _ of takeSteps({ ...steps, maxSteps: 2, step }));
    };
    await expect(run()).rejects.toThrow(LossError);
    await expect(run()).rejects.toThrow('the loss of step 2 is NaN');
  });

  it('a batch that cannot be made is heard after the running step, whose own failure comes first', async () => {
    const run = async (failing: boolean) => {
      const batchOf = (number: number) => {
        if (number === 2) throw new Error('no batch 2');
        return number;
      };
      const step = async () => {
        if (failing) throw new Error('step failed');
        return { loss: 1 };
      };
      const seen: number[] = [];
      for await (const record of takeSteps({ ...steps, maxSteps: 3, batchOf, step })) seen.push(record.step);
      return seen;
    };
    await expect(run(false)).rejects.toThrow('no batch 2');
    await expect(run(true)).rejects.toThrow('step failed');
  });
});
