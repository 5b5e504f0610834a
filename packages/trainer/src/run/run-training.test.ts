import { type Engine, type HostTensor, referenceEngine, sqrt, square, sum, type Tensor } from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { engines } from '../../test/engines.ts';
import { memoryDisk } from '../../test/memory-disk.ts';
import { plainCodec } from '../../test/plain-codec.ts';
import { smallRun } from '../../test/small-run.ts';
import { type Checkpoints, openCheckpoints } from '../checkpoints/open-checkpoints.ts';
import { readCheckpoint } from '../checkpoints/read-checkpoint.ts';
import { nodeFiles } from '../node/node-files.ts';
import { adamW } from '../optimisers/adam-w.ts';
import { trainingStep } from '../step/training-step.ts';
import { trainingVariables } from '../step/training-variables.ts';
import { runTraining, type TrainingOptions } from './run-training.ts';
import { LossError } from './take-steps.ts';
import type { Spike } from './training-callback.ts';
import { initialSpikeState, watchSpike } from './watch-spike.ts';

const engine = referenceEngine();
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
    expect(logged).toEqual([{ loss: (1 + 3 + 4) / 3, tokens: 4, skipped: 1 }]);
    expect(outcome.skipped).toBe(1);
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
    expect(outcome).toEqual({ reason: 'stopped early', step: 8, tokens: 8, skipped: 0, best: { step: 4, value: 3 } });
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

describe('runTraining, on what is no number', () => {
  const plain = { maxSteps: 20, batchOf: (step: number) => step, tokensOf: () => 1, loggingSteps: 4 };
  const weights = (value: number) => ({
    parameters: { w: { shape: [3], dtype: 'float32' as const, values: Float32Array.of(1, value, 3) } },
  });

  it('a gradient that is NaN under a finite loss ends the run before anything of it is saved', async () => {
    const { checkpoints } = await storeOn(memoryDisk());
    let at = 0;
    const failing = runTraining({
      ...plain,
      step: async (step) => ({ loss: 1, metrics: { gradNorm: (at = step) === 7 ? Number.NaN : 1 } }),
      saveSteps: 1,
      checkpoints,
      variables: { capture: () => weights(at < 7 ? 2 : Number.NaN), restore: () => {} },
    });
    await expect(failing).rejects.toThrow(
      'the gradient norm of step 7 is NaN; lower the learning rate or clip gradients. The last good checkpoint is checkpoint-6.',
    );
    expect((await checkpoints.latest())?.step).toBe(6);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'weights of %d are never a checkpoint, and never finished',
    async (bad) => {
      // No clip, so no norm is told: only the weights show it.
      let at = 0;
      const options = {
        ...plain,
        maxSteps: 7,
        step: async (step: number) => ({ loss: 1, metrics: { other: (at = step) } }),
        variables: { capture: () => weights(at < 7 ? 2 : bad), restore: () => {} },
      };
      const { checkpoints } = await storeOn(memoryDisk());
      const saved = runTraining({ ...options, saveSteps: 3, checkpoints });
      await expect(saved).rejects.toThrow(
        `save: after step 7 parameters/w holds ${bad} at 1: nothing was saved, for a run cannot go on from it.`,
      );
      expect((await checkpoints.latest())?.step).toBe(6);
      const unsaved = runTraining({ ...options, maxSteps: 7 });
      await expect(unsaved).rejects.toThrow(`runTraining: after step 7 parameters/w holds ${bad} at 1; lower`);
      at = 7;
      await expect(runTraining({ ...options, checkpoints: (await storeOn(memoryDisk())).checkpoints })).rejects.toThrow(
        'save: after step 0 parameters/w holds',
      );
    },
  );

  it('skipped gradients are counted, left out of the means, and end the run after ten in a row', async () => {
    const logged: unknown[] = [];
    const options = { ...plain, nonFinite: 'skip' as const, loggingSteps: 10 };
    const step = (bad: (step: number) => boolean) => async (number: number) => ({
      loss: number,
      metrics: { gradNorm: bad(number) ? Number.POSITIVE_INFINITY : 2 },
    });
    const callbacks = [{ onLog: (...log: unknown[]) => logged.push(log) }];
    const outcome = await runTraining({ ...options, callbacks, step: step((number) => number % 10 < 8) });
    // Of 1 to 10 the steps 8 and 9 count, of 11 to 20 the steps 18 and 19.
    expect(outcome).toMatchObject({ reason: 'finished', skipped: 16 });
    expect(logged).toEqual([
      [10, { loss: 8.5, gradNorm: 2, tokens: 10, skipped: 8 }, { firstStep: 1 }],
      [20, { loss: 18.5, gradNorm: 2, tokens: 20, skipped: 8 }, { firstStep: 11 }],
    ]);
    await expect(runTraining({ ...options, step: step((number) => number > 5) })).rejects.toThrow(
      'the gradient norm of step 15 is Infinity',
    );
  });

  it('a step that says it wrote nothing is skipped, or ends the run, whatever else it tells', async () => {
    const step = async (number: number) => ({ loss: 1, updated: number % 3 !== 0 });
    const outcome = await runTraining({ ...plain, step, nonFinite: 'skip' });
    expect(outcome.skipped).toBe(6);
    await expect(runTraining({ ...plain, step })).rejects.toThrow('the gradient of step 3 is no finite number; lower');
  });

  it('tells the last steps at the end, whatever loggingSteps is, and once', async () => {
    const steps = async (options: Partial<TrainingOptions<number>>) => {
      const logged: number[][] = [];
      const callbacks = [
        {
          onLog: (step: number, { tokens }: Readonly<Record<string, number>>, { firstStep }: { firstStep: number }) =>
            logged.push([firstStep, step, tokens as number]),
        },
      ];
      await runTraining({ ...plain, step: async () => ({ loss: 1 }), callbacks, loggingSteps: 10, ...options });
      return logged;
    };
    expect(await steps({ maxSteps: 25 })).toEqual([
      [1, 10, 10],
      [11, 20, 20],
      [21, 25, 25],
    ]);
    expect(await steps({ maxSteps: 5 })).toEqual([[1, 5, 5]]);
    expect(await steps({ maxSteps: 20 })).toHaveLength(2);
    // Stopped early, where the end is not known before.
    const { checkpoints } = await storeOn(memoryDisk());
    const early = {
      maxSteps: 100,
      evalSteps: 2,
      evaluate: async (step: number) => ({ loss: step }),
      earlyStoppingPatience: 2,
      checkpoints,
      variables: { capture: () => ({}), restore: () => {} },
    };
    expect(await steps(early)).toEqual([[1, 6, 6]]);
    expect(await steps(early)).toEqual([]);
  });

  it('a figure that is NaN in the middle of a window is NaN after a resume too', async () => {
    const { checkpoints } = await storeOn(memoryDisk());
    const stop = { aborted: false };
    const run = {
      ...plain,
      maxSteps: 8,
      step: async (step: number) => ({
        loss: 1,
        metrics: { part: step === 2 ? Number.NaN : 1, low: step === 2 ? -Infinity : 0 },
      }),
    };
    const kept = { checkpoints, variables: { capture: () => ({}), restore: () => {} } };
    const whole: unknown[] = [];
    await runTraining({ ...run, callbacks: [{ onLog: (step, values) => whole.push([step, values]) }] });
    await runTraining({
      ...run,
      ...kept,
      signal: stop,
      callbacks: [{ onStepEnd: ({ step }) => void (stop.aborted = step === 3) }],
    });
    const resumed: unknown[] = [];
    await runTraining({ ...run, ...kept, callbacks: [{ onLog: (step, values) => resumed.push([step, values]) }] });
    expect(resumed).toEqual(whole);
    expect(whole[0]).toEqual([4, { loss: 1, part: Number.NaN, low: -Infinity, tokens: 4 }]);
  });
});

it('a loss of 0 with a gradient of NaN (√Σw² at 0) writes nothing, is no checkpoint, and ends the run, skipped or not', async () => {
  const optimiser = adamW({ learningRate: 0.1 });
  const zeros = { w: { shape: [2], dtype: 'float32', values: new Float32Array(2) } satisfies HostTensor };
  const variables = trainingVariables(engine, { parameters: zeros, optimiser });
  const objective = ({ w }: { readonly w: Tensor }) => ({ loss: sqrt(sum(square(w))) });
  const step = trainingStep({ variables, objective, optimiser, seed: 1 });
  const run = { maxSteps: 100, batchOf: () => ({}), step, variables, saveSteps: 1 };
  for (const [nonFinite, said] of [
    ['stop', 'the gradient of step 1 is no finite number; lower'],
    ['skip', 'the gradient of step 10 is no finite number; lower'],
  ] as const) {
    const { checkpoints } = await storeOn(memoryDisk());
    await expect(runTraining({ ...run, checkpoints, nonFinite })).rejects.toThrow(said);
    const latest = await checkpoints.latest();
    expect(latest?.step).toBe(nonFinite === 'stop' ? 0 : 9);
    expect([...(latest?.tensors.parameters?.get('w')?.values ?? [])]).toEqual([0, 0]);
  }
  variables.dispose();
});

describe('runTraining, on the figure that decides', () => {
  const evaluating = (figures: (step: number) => Readonly<Record<string, number>>) => ({
    maxSteps: 8,
    batchOf: (step: number) => step,
    step: async () => ({ loss: 1 }),
    evalSteps: 2,
    evaluate: async (step: number) => figures(step),
  });
  it('names the figures there are where the one asked for is not among them', async () => {
    const run = evaluating(() => ({ accuracy: 0.5, f1: 0.4 }));
    await expect(runTraining({ ...run, metricForBestModel: 'acc' })).rejects.toThrow(
      "runTraining: metricForBestModel is 'acc', evaluate gives accuracy, f1; name one of these.",
    );
    // What every object has is no figure.
    for (const metricForBestModel of ['toString', 'constructor'])
      await expect(runTraining({ ...run, metricForBestModel, greaterIsBetter: true })).rejects.toThrow(
        `metricForBestModel is '${metricForBestModel}', evaluate gives accuracy, f1`,
      );
    await expect(runTraining({ ...run, earlyStoppingPatience: 1 })).rejects.toThrow("metricForBestModel is 'loss'");
    expect((await runTraining(run)).best).toBeUndefined();
  });
  it('takes the larger for the better, but of losses; what sounds like an error must be said', async () => {
    const run = evaluating((step) => ({ accuracy: step, loss: step, evalLoss: -step, perplexity: step }));
    const best = async (options: object) => (await runTraining({ ...run, ...options })).best?.step;
    expect(await best({ metricForBestModel: 'accuracy' })).toBe(8);
    expect(await best({ metricForBestModel: 'evalLoss' })).toBe(8);
    expect(await best({})).toBe(2);
    expect(await best({ metricForBestModel: 'perplexity', greaterIsBetter: false })).toBe(2);
    await expect(best({ metricForBestModel: 'perplexity' })).rejects.toThrow(
      "metricForBestModel is 'perplexity': say greaterIsBetter, true or false.",
    );
    await expect(storeOn(memoryDisk(), { metricForBestModel: 'wer' })).rejects.toThrow('say greaterIsBetter');
  });
});

describe('runTraining, on options out of range', () => {
  const run = { maxSteps: 2, batchOf: (step: number) => step, step: async () => ({ loss: 1 }) };
  it.each<[string, unknown]>([
    ...[10.5, -1, Number.NaN, Infinity, '4'].map((value): [string, unknown] => ['maxSteps', value]),
    ...[0, 0.5, -1, Number.NaN, Infinity].flatMap((value) =>
      ['saveSteps', 'evalSteps', 'loggingSteps', 'earlyStoppingPatience'].map((name): [string, unknown] => [
        name,
        value,
      ]),
    ),
    ['earlyStoppingThreshold', -0.1],
    ['spikeFactor', 0],
    ['nonFinite', 'ignore'],
    ['batchOf', undefined],
    ['step', 5],
    ['callbacks', {}],
    ['maxstep', 5],
  ])('%s: %s is refused before anything runs', async (name, value) => {
    const { checkpoints } = await storeOn(memoryDisk());
    const wrong = { ...run, checkpoints, variables: { capture: () => ({}), restore: () => {} }, [name]: value };
    await expect(runTraining(wrong)).rejects.toThrow(RangeError);
    await expect(runTraining(wrong)).rejects.toThrow(name);
    expect(await checkpoints.list()).toEqual([]);
  });
  it('patience without evaluations is refused', async () => {
    await expect(runTraining({ ...run, earlyStoppingPatience: 2 })).rejects.toThrow('needs evaluate and evalSteps');
  });
});

describe('a required callback', () => {
  it('ends the run when it fails, where another is only told of', async () => {
    const full = () => {
      throw new Error('ENOSPC: no space left on device');
    };
    const run = { maxSteps: 20, batchOf: (step: number) => step, step: async () => ({ loss: 1 }), loggingSteps: 10 };
    await expect(runTraining({ ...run, callbacks: [{ required: true, onLog: full }] })).rejects.toThrow('ENOSPC');
    const told: string[] = [];
    await runTraining({ ...run, callbacks: [{ onLog: full }], warn: (message) => told.push(message) });
    expect(told).toHaveLength(2);
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
