import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  compile,
  createVariables,
  flattenTree,
  gradients,
  type HostTensor,
  selectEngine,
  type Tensor,
  thisMachine,
} from '@cloze/backend';
import {
  currentName,
  encodeBert,
  initialParameters,
  maskedCrossEntropy,
  predictTokens,
  readSafetensors,
  writeSafetensors,
} from '@cloze/encoder';
import { permutation, streamFrom } from '@cloze/random';
import { type Encoding, encode, padEncodings, vocabularyFrom } from '@cloze/tokenizer';
import {
  type AdamWStep,
  adamW,
  adamWStep,
  averageDecay,
  checkExamples,
  clipByGlobalNorm,
  initialAdamW,
  jsonLines,
  linearWarmup,
  movingAverage,
  openCheckpoints,
  runTraining,
} from '@cloze/trainer';
import { appendTo, nodeFiles, truncateLog } from '@cloze/trainer/node';
import { stopSignals } from 'cloze/terminal';
import { floats } from '../host-tensors.ts';
import { dropoutKey, keyWords, type TargetInputs, targetInputs, targetsFor } from '../quick-start/models.ts';
import type { Task } from './task.ts';

/** What a life tells its parent, one JSON object a line. */
export type Sign =
  | { readonly kind: 'begin'; readonly step: number }
  | { readonly kind: 'step'; readonly step: number; readonly loss: number }
  | { readonly kind: 'saving' | 'saved'; readonly step: number }
  | { readonly kind: 'warning'; readonly message: string }
  | {
      readonly kind: 'end';
      readonly reason: string;
      readonly step: number;
      readonly digest: string;
      readonly log: string;
    };

interface StepInputs<T> extends AdamWStep<T> {
  readonly targets: TargetInputs<T>;
  readonly key: T;
  readonly decay: T;
}

/** The means in a log; beginnings and saves differ with every kill. */
const meansOf = (path: string): string =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"event":"log"'))
    .join('\n');

/** One life of the run: begins at its newest checkpoint, trains until it is finished, told to stop, or killed. */
export async function victim(taskPath: string): Promise<void> {
  // On Linux a pipe is written at once, so what was said before a kill arrives.
  const say = (sign: Sign) => process.stdout.write(`${JSON.stringify(sign)}\n`);
  const signal = stopSignals((message) => say({ kind: 'warning', message }));
  const task = JSON.parse(readFileSync(taskPath, 'utf8')) as Task;
  const { config, seed, steps, batch: rows } = task;
  const { engine } = await selectEngine({
    surroundings: thisMachine(),
    name: task.engine,
  });
  const vocabulary = vocabularyFrom(task.tokens);
  const encodings = task.texts.map((text) => encode(vocabulary, text, undefined, { maximumLength: task.length }));
  checkExamples(encodings, { ...config, batchSize: rows });
  const parameters = initialParameters(config, streamFrom(seed).fork('weights'));
  const variables = createVariables(engine, { parameters, optimiser: initialAdamW(parameters), average: parameters });
  const update = compile(variables, (state, inputs: StepInputs<Tensor>) => {
    const { targets } = inputs;
    const current = state.parameters;
    const { ids, segments, attend } = targets;
    const { hidden } = encodeBert(current, { ids, segments, attend }, config, dropoutKey(inputs.key));
    const { loss } = maskedCrossEntropy(
      predictTokens(current, hidden, targets.targetPositions, config),
      targets.targets,
      targets.weights,
    );
    const clipped = clipByGlobalNorm(gradients(loss, current), 1);
    const next = adamW({ parameters: current, gradients: clipped.gradients, state: state.optimiser }, inputs);
    return {
      outputs: { loss, norm: clipped.norm },
      state: {
        parameters: next.parameters,
        optimiser: next.state,
        average: movingAverage(state.average, next.parameters, inputs.decay),
      },
    };
  });
  const perEpoch = Math.floor(encodings.length / rows);
  const batchOf = (step: number) => {
    const order = permutation(streamFrom(seed).fork('order', Math.floor((step - 1) / perEpoch)), encodings.length);
    const at = ((step - 1) % perEpoch) * rows;
    const chosen = [...order.subarray(at, at + rows)];
    const batch = padEncodings(
      chosen.map((i) => encodings[i] as Encoding),
      { padId: vocabulary.special.pad, buckets: [task.length] },
    );
    const masked = targetsFor('BERT', batch, {
      seed,
      step,
      maskId: vocabulary.special.mask,
      vocabularySize: vocabulary.tokens.length,
    });
    const inputs: StepInputs<HostTensor> = {
      targets: targetInputs(masked),
      key: keyWords(seed, step),
      decay: floats([], Float32Array.of(averageDecay(step))),
      ...adamWStep(step, linearWarmup(step, { peak: 1e-3, warmupSteps: 6, totalSteps: steps })),
    };
    return { inputs, chosen, tokens: batch.attend.reduce((n, x) => n + x, 0) };
  };
  const log = `${task.folder}/log.jsonl`;
  const disk = nodeFiles();
  const checkpoints = await openCheckpoints({
    folder: task.folder,
    files: disk,
    codec: { read: readSafetensors, write: writeSafetensors },
    warn: (message) => say({ kind: 'warning', message }),
  });
  // Given back when the run fails too: a lock of a living process that does nothing would keep the next one out.
  const outcome = await runTraining({
    maxSteps: steps,
    saveSteps: task.saveSteps,
    loggingSteps: 5,
    configuration: { seed, steps, batch: rows, config },
    batchOf,
    idsOf: ({ chosen }) => chosen,
    update: async ({ inputs, tokens }) => {
      const { loss, norm } = await update(inputs);
      return { loss: loss.values[0] as number, tokens, metrics: { gradNorm: norm.values[0] as number } };
    },
    checkpoints: {
      ...checkpoints,
      save: async (content) => {
        say({ kind: 'saving', step: content.step });
        const name = await checkpoints.save(content);
        say({ kind: 'saved', step: content.step });
        return name;
      },
    },
    capture: variables.capture,
    restore: (checkpoint) => variables.restore(checkpoint, { rename: currentName }),
    signal,
    callbacks: [
      {
        onTrainBegin: ({ firstStep }) => {
          truncateLog(log, firstStep - 1);
          say({ kind: 'begin', step: firstStep - 1 });
        },
        onStepEnd: ({ step, loss }) => say({ kind: 'step', step, loss }),
      },
      jsonLines({ write: appendTo(log) }),
    ],
  }).finally(checkpoints.close);
  const hash = createHash('sha256');
  for (const [path, { values }] of flattenTree(variables.read()))
    hash.update(path).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  say({ kind: 'end', reason: outcome.reason, step: outcome.step, digest: hash.digest('hex'), log: meansOf(log) });
  variables.dispose();
  engine.dispose();
}
