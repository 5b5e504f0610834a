import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { flattenTree, isHostTensor, selectEngine, thisMachine } from '@cloze/backend';
import { initialParameters, readSafetensors, safetensorsParts } from '@cloze/encoder';
import { bert, candidateIds, mask } from '@cloze/masking';
import { askedBatch, languageModelObjective } from '@cloze/models';
import { permutation, streamFrom } from '@cloze/random';
import { type Encoding, encode, padEncodings, vocabularyFrom } from '@cloze/tokenizer';
import {
  adamW,
  chain,
  checkExamples,
  clip,
  jsonLines,
  openCheckpoints,
  runTraining,
  schedule,
  trainingStep,
  trainingVariables,
} from '@cloze/trainer';
import { appendTo, nodeFiles, truncateLog } from '@cloze/trainer/node';
import { stopSignals } from 'cloze/terminal';
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
  const { vocabularySize, maximumLength } = config;
  checkExamples(encodings, { vocabularySize, maximumLength, batchSize: rows });
  const parameters = initialParameters(config, streamFrom(seed).fork('weights'));
  const optimiser = chain(
    clip(1),
    adamW({ learningRate: schedule({ learningRate: 1e-3, warmupSteps: 6, maxSteps: steps }) }),
  );
  const variables = trainingVariables(engine, {
    parameters,
    optimiser,
    average: true,
    placement: { intraOpThreads: 1 },
  });
  const objective = languageModelObjective('bert', config);
  const step = trainingStep({ variables, objective, optimiser, seed });
  const perEpoch = Math.floor(encodings.length / rows);
  const batchOf = (step: number) => {
    const order = permutation(streamFrom(seed).fork('order', Math.floor((step - 1) / perEpoch)), encodings.length);
    const at = ((step - 1) % perEpoch) * rows;
    const chosen = [...order.subarray(at, at + rows)];
    const batch = padEncodings(
      chosen.map((i) => encodings[i] as Encoding),
      { padId: vocabulary.special.pad, buckets: [task.length] },
    );
    const stream = streamFrom(seed).fork('masking', step);
    const masked = mask(batch, bert, {
      maskId: vocabulary.special.mask,
      candidates: candidateIds(vocabulary.tokens),
      randomOf: (row) => stream.fork(row),
    });
    return { targets: askedBatch(masked), chosen, tokens: batch.attend.reduce((n, x) => n + x, 0) };
  };
  const log = `${task.folder}/log.jsonl`;
  const disk = nodeFiles();
  const checkpoints = await openCheckpoints({
    folder: task.folder,
    files: disk,
    codec: { read: readSafetensors, write: safetensorsParts },
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
    step: (number, { targets }) => step(number, targets),
    tokensOf: ({ tokens }) => tokens,
    checkpoints: {
      ...checkpoints,
      save: async (content) => {
        say({ kind: 'saving', step: content.step });
        const name = await checkpoints.save(content);
        say({ kind: 'saved', step: content.step });
        return name;
      },
    },
    variables,
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
  for (const [path, { values }] of flattenTree(variables.read(), isHostTensor))
    hash.update(path).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  say({ kind: 'end', reason: outcome.reason, step: outcome.step, digest: hash.digest('hex'), log: meansOf(log) });
  variables.dispose();
  engine.dispose();
}
