import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '@cloze/backend';
import type { Poem } from '@cloze/datasets/node';
import { figureOverSeeds, ngramModels, perplexity } from '@cloze/eval';
import { fineTune, type Guess, type Model, pretrain } from '@cloze/models/node';
import { streamFrom } from '@cloze/random';
import { specialTokens } from '@cloze/tokenizer';
import type { TrainingCallback } from '@cloze/trainer';
import { logFile } from '@cloze/trainer/node';
import { cutVerse, rowLength, type Verse } from './cut-verse.ts';
import type { Plan } from './plan.ts';
import { answerOf, askedOf, famous, type Riddle, riddles } from './riddles.ts';

/** A riddle and what the encoder said, likeliest first. */
export interface Answered extends Riddle {
  readonly guesses: readonly Guess[];
  /** Whether the poet's character is among the first three. */
  readonly isHit: boolean;
}

/** Everything a quick start finds out. */
export type QuickStartResult = Awaited<ReturnType<typeof quickStart>>;

/** What a quick start is given besides its text. */
export interface QuickStartOptions {
  readonly seed: number;
  /** Kept here: the run, which a second call goes on from, and at the end the encoder in `encoder`. */
  readonly folder: string;
  /** Who is told how far each part is. */
  readonly watch: (part: 'pretraining' | 'fine-tuning') => readonly TrainingCallback[];
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * READ THIS FIRST: the whole flow, from poems to figures.
 *
 * A T-TA learns to tell each character of a row from all others, is measured beside models that count, fills gaps, and learns a task.
 *
 * @throws {InterruptedError} when the signal was raised, the run being kept
 */
export async function quickStart(
  engine: Engine,
  poems: readonly Poem[],
  plan: Plan,
  { seed, folder, watch, say, signal }: QuickStartOptions,
) {
  const verse = cutVerse(poems, plan);
  await mkdir(folder, { recursive: true });
  const corpus = join(folder, 'verse.txt');
  await writeFile(corpus, verse.train.join('\n'));
  say(
    `verse: ${verse.train.length.toLocaleString('en')} rows of four lines to learn from, ${verse.heldOut.length} held out.`,
  );

  const log = join(folder, 'pretraining.jsonl');
  const told = { say, ...(signal && { signal }) };
  const pretrained = await pretrain(
    {
      corpus,
      output: join(folder, 'pretraining'),
      engine,
      seed,
      family: 't-ta',
      vocabularySize: plan.characters + specialTokens.length,
      length: rowLength,
      dropout: 0,
      heldOutRows: 0,
      ...plan.pretraining,
    },
    { ...told, callbacks: [...watch('pretraining'), logFile(log)] },
  );
  const { model } = pretrained;
  await model.save(join(folder, 'encoder'));

  const models = await scoreModels(model, verse, seed);
  const answered: Answered[] = [];
  for (const riddle of riddles) answered.push(await answer(model, riddle));
  const known = await answer(model, famous);

  const tuned = await fineTune(
    model,
    {
      train: verse.labelled.train,
      dev: verse.labelled.test,
      output: join(folder, 'fine-tuning'),
      task: { kind: 'classification', text: 'verse', label: 'dynasty' },
      maxSteps: plan.fineTuneSteps,
      evalSteps: plan.fineTuneSteps,
      learningRate: 1e-3,
      seeds: [seed],
    },
    { ...told, callbacks: watch('fine-tuning') },
  );
  model.dispose();
  return {
    plan,
    trainRows: verse.train.length,
    heldOutRows: verse.heldOut.length,
    /** That the encoder was shown. */
    tokens: pretrained.tokens,
    /** Mean losses of the pretraining, in nats a character. */
    curve: lossCurve(log),
    /** Those that count the same rows, then the encoder. */
    models,
    riddles: answered,
    famous: known,
    /** Tang or Song, of rows by authors never seen; guessing gives 0.5. */
    accuracy: tuned.dev.accuracy,
    testRows: verse.labelled.test.length,
  };
}

/** (Pseudo-)perplexity of the rows held out, with its interval, under models that count the rows learnt from and under the encoder. */
async function scoreModels(model: Model, { train, heldOut }: Pick<Verse, 'train' | 'heldOut'>, seed: number) {
  const scored = (name: string, sees: string, logProbabilities: readonly (readonly number[])[]) => {
    const random = streamFrom(seed).fork('rows');
    return { name, sees, perplexity: figureOverSeeds([logProbabilities], { random, statistic: perplexity }) };
  };
  const encoder = (await model.score(heldOut)).map(({ tokens }) =>
    tokens.flatMap(([, log]) => (log === null ? [] : [log])),
  );
  return [
    ...ngramModels(train).map(({ name, sees, logProbabilities }) => scored(name, sees, heldOut.map(logProbabilities))),
    scored('T-TA', 'all other characters', encoder),
  ];
}

/** Means of the loss from a training's log. */
const lossCurve = (log: string): { readonly step: number; readonly loss: number }[] =>
  readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const { event, step, loss } = JSON.parse(line || '{}') as Readonly<Record<string, unknown>>;
      return event === 'log' && typeof step === 'number' && typeof loss === 'number' ? [{ step, loss }] : [];
    });

async function answer(model: Model, riddle: Riddle): Promise<Answered> {
  const guesses = await model.fillMask(askedOf(riddle), { top: 5 });
  return { ...riddle, guesses, isHit: guesses.slice(0, 3).some(({ token }) => token === answerOf(riddle)) };
}
