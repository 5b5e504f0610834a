import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '@cloze/backend';
import type { Poem } from '@cloze/datasets/node';
import { bootstrapInterval, perplexity } from '@cloze/eval';
import { fineTune, type Guess, type PretrainRun, pretrain } from '@cloze/models/node';
import { streamFrom } from '@cloze/random';
import type { TrainingCallback } from '@cloze/trainer';
import { cutVerse, rowLength } from './quick-start/cut-verse.ts';
import { ngramModels } from './quick-start/ngram-models.ts';
import type { Plan } from './quick-start/plan.ts';
import { answerOf, askedOf, famous, type Riddle, riddles } from './quick-start/riddles.ts';

/** A figure with its 95 % interval. */
export interface Bounded {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What a model gives to the rows held out. */
export interface ScoredModel {
  readonly name: string;
  /** What it sees of a row when it gives a character its probability. */
  readonly sees: string;
  readonly perplexity: Bounded;
}

/** A riddle and what the encoder said, likeliest first. */
export interface Answered extends Riddle {
  readonly guesses: readonly Guess[];
  /** Whether the poet's character is among the first three. */
  readonly isHit: boolean;
}

/** Everything a quick start finds out. */
export interface QuickStartResult {
  readonly plan: Plan;
  readonly trainRows: number;
  readonly heldOutRows: number;
  /** Tokens the encoder was shown. */
  readonly tokens: number;
  /** The closed-form models of the same rows, then the encoder. */
  readonly models: readonly ScoredModel[];
  readonly riddles: readonly Answered[];
  readonly famous: Answered;
  /** Tang or Song, of rows by authors never seen; guessing gives 0.5. */
  readonly accuracy: Bounded;
  readonly testRows: number;
}

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
): Promise<QuickStartResult> {
  const verse = cutVerse(poems, plan);
  await mkdir(folder, { recursive: true });
  const corpus = join(folder, 'verse.txt');
  await writeFile(corpus, verse.train.join('\n'));
  say(`verse: ${count(verse.train.length)} rows of four lines to learn from, ${verse.heldOut.length} held out.`);

  const told = (part: 'pretraining' | 'fine-tuning') => ({ callbacks: watch(part), say, ...(signal && { signal }) });
  const pretrained = await pretrain(
    {
      corpus,
      output: join(folder, 'pretraining'),
      engine,
      seed,
      family: 't-ta',
      layers: plan.layers,
      width: plan.width,
      heads: plan.heads,
      vocabularySize: plan.characters + specialTokens,
      length: rowLength,
      maxSteps: plan.pretrainSteps,
      batchSize: plan.batchSize,
      learningRate: plan.learningRate,
      dropout: 0,
      heldOutRows: 0,
    },
    told('pretraining'),
  );
  const { model } = pretrained;
  await model.save(join(folder, 'encoder'));

  const models = await scoreModels(pretrained, verse, seed);
  const answered: Answered[] = [];
  for (const riddle of [...riddles, famous]) answered.push(await answer(pretrained, riddle));

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
    told('fine-tuning'),
  );
  model.dispose();
  return {
    plan,
    trainRows: verse.train.length,
    heldOutRows: verse.heldOut.length,
    tokens: pretrained.tokens,
    models,
    riddles: answered.slice(0, -1),
    famous: answered.at(-1) as Answered,
    accuracy: tuned.dev.accuracy,
    testRows: verse.labelled.test.length,
  };
}

/** `[PAD]`, `[UNK]`, `[CLS]`, `[SEP]`, `[MASK]`. */
const specialTokens = 5;

const count = (value: number) => value.toLocaleString('en');

/** (Pseudo-)perplexity of the rows held out, under models that count the rows learnt from and under the encoder. */
async function scoreModels(
  { model }: PretrainRun,
  { train, heldOut }: { readonly train: readonly string[]; readonly heldOut: readonly string[] },
  seed: number,
): Promise<ScoredModel[]> {
  const scored = (name: string, sees: string, logProbabilities: readonly (readonly number[])[]): ScoredModel => ({
    name,
    sees,
    perplexity: {
      value: perplexity(logProbabilities),
      ...bootstrapInterval(logProbabilities, { random: streamFrom(seed).fork('rows'), statistic: perplexity }),
    },
  });
  const encoder = (await model.score(heldOut)).map(({ tokens }) =>
    tokens.flatMap(([, log]) => (log === null ? [] : [log])),
  );
  return [
    ...ngramModels(train).map(({ name, sees, logProbabilities }) => scored(name, sees, heldOut.map(logProbabilities))),
    scored('T-TA', 'all other characters', encoder),
  ];
}

async function answer({ model }: PretrainRun, riddle: Riddle): Promise<Answered> {
  const guesses = await model.fillMask(askedOf(riddle), { top: 5 });
  return { ...riddle, guesses, isHit: guesses.slice(0, 3).some(({ token }) => token === answerOf(riddle)) };
}
