import { type Engine, tfjsEngine } from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { engines } from '../../test/engines.ts';
import { memoryDisk } from '../../test/memory-disk.ts';
import { plainCodec } from '../../test/plain-codec.ts';
import { smallRun } from '../../test/small-run.ts';
import { type Checkpoints, openCheckpoints } from '../checkpoints/open-checkpoints.ts';
import { readCheckpoint } from '../checkpoints/read-checkpoint.ts';
import { nodeFiles } from '../node/node-files.ts';
import { runTraining, type TrainingOptions } from './run-training.ts';
import { LossError } from './take-steps.ts';
import type { Spike } from './training-callback.ts';
import { initialSpikeState, watchSpike } from './watch-spike.ts';

const engine = await tfjsEngine('cpu');
const settings = { maxSteps: 60, saveSteps: 1, loggingSteps: 7, evalSteps: 5, configuration: { seed: 5 } };

async function storeOn(disk: ReturnType<typeof memoryDisk>, options = {}) {
  const files = nodeFiles(disk.operations);
  const warnings: string[] = [];
  const warn = (message: string) => warnings.push(message);
  const checkpoints = await openCheckpoints({
    folder: '/run',
    files,
    codec: plainCodec,
    saveTotalLimit: 100,
    warn,
    ...options,
  });
  return { checkpoints, files, warnings };
}

/** Runs and returns everything that must be equal: all tensors, the saved state, the logs by step. */
async function record(checkpoints: Checkpoints, options: Partial<TrainingOptions<never>> = {}, on: Engine = engine) {
  const run = smallRun(on);
  const logs = new Map<number, unknown>();
  let state: unknown;
  const outcome = await runTraining({
    ...settings,
    ...run,
    checkpoints: {
      ...checkpoints,
      save: (content) => {
        state = content.state;
        return checkpoints.save(content);
      },
    },
    callbacks: [{ onLog: (step, values) => logs.set(step, values) }],
    ...(options as object),
  });
  const tensors = JSON.stringify(run.variables.capture(), bits);
  run.variables.dispose();
  return { outcome, logs, state: JSON.stringify(state), tensors };
}
/** Float32 values as hexadecimal, so that equal means equal in every bit. */
const bits = (_key: string, value: unknown) =>
  ArrayBuffer.isView(value) ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex') : value;

describe('runTraining', () => {
  it.each(engines)(
    'resumed from every step of 60 gives the same tensors, state and logs, bit for bit, on %s',
    async (_name, on) => {
      const whole = await storeOn(memoryDisk());
      const expected = await record(whole.checkpoints, {}, on);
      expect(expected.outcome.reason).toBe('finished');
      for (let from = 0; from < 60; from++) {
        const { checkpoints } = await storeOn(memoryDisk());
        const latest = () => readCheckpoint(whole.files, plainCodec, `/run/checkpoint-${from}`);
        const resumed = await record({ ...checkpoints, latest }, {}, on);
        expect(resumed.tensors === expected.tensors).toBe(true);
        expect(resumed.state).toBe(expected.state);
        expect(resumed.outcome).toEqual(expected.outcome);
        for (const [step, values] of resumed.logs) expect(values).toEqual(expected.logs.get(step));
      }
      // The control: one bit in one moment changes the end.
      const changed = await storeOn(memoryDisk());
      const latest = async () => {
        const found = await readCheckpoint(whole.files, plainCodec, '/run/checkpoint-30');
        const moment = found.tensors.optimiser?.get('adamW/mean/first/kernel')?.values as Float32Array;
        new Uint32Array(moment.buffer)[0] = (new Uint32Array(moment.buffer)[0] as number) ^ 4096;
        return found;
      };
      expect((await record({ ...changed.checkpoints, latest }, {}, on)).tensors === expected.tensors).toBe(false);
    },
  );

  it('goes on from a checkpoint written when AdamW was the only optimiser, whose moments had no part', async () => {
    const whole = await storeOn(memoryDisk());
    const expected = await record(whole.checkpoints, { maxSteps: 6 });
    const { checkpoints } = await storeOn(memoryDisk());
    const latest = async () => {
      const { tensors, ...found } = await readCheckpoint(whole.files, plainCodec, '/run/checkpoint-3');
      const former = [...(tensors.optimiser ?? [])].map(([path, leaf]) => [path.replace('adamW/', ''), leaf] as const);
      expect(former[0]?.[0]).toBe('mean/first/bias');
      return { ...found, tensors: { ...tensors, optimiser: new Map(former) } };
    };
    const resumed = await record({ ...checkpoints, latest }, { maxSteps: 6 });
    expect(resumed.tensors === expected.tensors).toBe(true);
  });

  it('raised signals save and stop after the running step, in the evaluation too, and change nothing at the end', async () => {
    const expected = await record((await storeOn(memoryDisk())).checkpoints, { saveSteps: 500 });
    const disk = memoryDisk();
    const { checkpoints } = await storeOn(disk);
    let last: Awaited<ReturnType<typeof record>> | undefined;
    for (const stopAt of [1, 4, 5, 23, 59, 60]) {
      const stop = new AbortController();
      last = await record(checkpoints, {
        saveSteps: 500,
        signal: stop.signal,
        callbacks: [{ onStepEnd: ({ step }) => void (step === stopAt && stop.abort()) }],
      });
      expect(last.outcome.step).toBe(stopAt);
      expect(last.outcome.reason).toBe('interrupted');
    }
    const end = await record(checkpoints, { saveSteps: 500 });
    expect(end.tensors === expected.tensors).toBe(true);
    expect(end.outcome).toEqual(expected.outcome);
  });

  it('evaluates without disturbing what is trained', async () => {
    const with5 = await record((await storeOn(memoryDisk())).checkpoints);
    const without = await record((await storeOn(memoryDisk())).checkpoints, { evalSteps: undefined });
    expect(without.tensors === with5.tensors).toBe(true);
  });

  it('refuses to resume with other settings, naming them', async () => {
    const { checkpoints } = await storeOn(memoryDisk());
    await record(checkpoints, { maxSteps: 2 });
    await expect(record(checkpoints, { configuration: { seed: 6 } })).rejects.toThrow('seed is 6, was 5');
  });

  it('stops at a loss that is no number, naming step, examples and the last good checkpoint', async () => {
    const { checkpoints } = await storeOn(memoryDisk());
    const run = smallRun(engine);
    const failing = runTraining({
      ...run,
      maxSteps: 20,
      saveSteps: 4,
      checkpoints,
      idsOf: () => ['poem 7', 'poem 9'],
      step: async (step, batch) => ({ ...(await run.step(step, batch)), ...(step === 11 && { loss: Number.NaN }) }),
    });
    await expect(failing).rejects.toThrow(LossError);
    await expect(failing).rejects.toThrow(
      'the loss of step 11 is NaN (examples poem 7, poem 9); lower the learning rate or clip gradients. The last good checkpoint is checkpoint-8.',
    );
    expect((await checkpoints.latest())?.step).toBe(8);
  });

  it('goes on past such a loss by option, leaves it out of the means, and stops after ten in a row', async () => {
    const step = (bad: (step: number) => boolean) => async (number: number) => ({
      loss: bad(number) ? Number.NaN : number,
    });
    const logged: unknown[] = [];
    const options = {
      maxSteps: 20,
      batchOf: (number: number) => number,
      tokensOf: () => 1,
      loggingSteps: 4,
      nonFinite: 'skip' as const,
    };
    const callbacks = [{ onLog: (_step: number, values: unknown) => logged.push(values) }];
    const outcome = await runTraining({ ...options, maxSteps: 4, step: step((number) => number === 2), callbacks });
    expect(outcome.step).toBe(4);
    expect(logged).toEqual([{ loss: (1 + 3 + 4) / 3, tokens: 4 }]);
    await expect(runTraining({ ...options, step: step((number) => number > 3) })).rejects.toThrow(
      'the loss of step 13 is NaN',
    );
  });

  it('stops early when patience runs out, and keeps the best checkpoint', async () => {
    const { checkpoints } = await storeOn(memoryDisk(), { saveTotalLimit: 1, metricForBestModel: 'loss' });
    const losses = [5, 3, 4, 3.5, 6];
    const outcome = await runTraining({
      maxSteps: 100,
      batchOf: (step) => step,
      step: async () => ({ loss: 1 }),
      tokensOf: () => 1,
      evalSteps: 2,
      evaluate: async (step) => ({ loss: losses[step / 2 - 1] as number }),
      earlyStoppingPatience: 2,
      checkpoints,
      variables: { capture: () => ({}), restore: () => {} },
    });
    expect(outcome).toEqual({ reason: 'stopped early', step: 8, tokens: 8, best: { step: 4, value: 3 } });
    expect((await checkpoints.best())?.step).toBe(4);
    expect((await checkpoints.list()).map(({ step }) => step)).toEqual([8, 4]);
  });

  it('reports spikes of the loss with what was usual, and outlives a callback that fails', async () => {
    const spikes: Spike[] = [];
    const warnings: string[] = [];
    await runTraining({
      maxSteps: 60,
      batchOf: (step) => step,
      step: async (step) => ({ loss: step === 40 ? 30 : 2 + 0.1 * Math.sin(step) }),
      callbacks: [
        { onSpike: (spike) => spikes.push(spike) },
        {
          onTrainEnd: () => {
            throw new Error('no space left');
          },
        },
      ],
      warn: (message) => warnings.push(message),
    });
    expect(spikes).toHaveLength(1);
    expect([spikes[0]?.step, spikes[0]?.value]).toEqual([40, 30]);
    expect(Math.abs((spikes[0]?.usual ?? 0) - 2)).toBeLessThan(0.1);
    expect(warnings).toEqual(['a callback failed: no space left; training goes on.']);
  });
});

describe('watchSpike', () => {
  it('finds a second spike right after the first, and is quiet on a constant series', () => {
    let state = initialSpikeState;
    const found: number[] = [];
    for (let i = 0; i < 100; i++) {
      const watched = watchSpike(state, i === 50 || i === 51 ? 9 : 1);
      ({ state } = watched);
      if (watched.spike) found.push(i);
    }
    expect(found).toEqual([50, 51]);
  });
});
