import type { Engine, HostTensor } from '@cloze/backend';
import { type EncoderConfig, type EncoderParameters, encoderConfig } from '@cloze/encoder';
import { accuracy, bootstrapInterval, macroF1, mcnemar, perplexity } from '@cloze/eval';
import { streamFrom } from '@cloze/random';
import { encode, trainVocabulary } from '@cloze/tokenizer';
import type { StepRecord } from '@cloze/trainer';
import { type Poem, type Split, splitOf } from './datasets/read-poetry.ts';
import { fill, type Guess } from './quick-start/fill.ts';
import { fineTune, type Labelled } from './quick-start/fine-tune.ts';
import type { ModelName } from './quick-start/models.ts';
import type { Plan } from './quick-start/plan.ts';
import { pretrain } from './quick-start/pretrain.ts';
import { tokenLogProbabilities } from './quick-start/score.ts';

/** What came out for one encoder. */
export interface ModelResult {
  readonly name: ModelName;
  readonly curve: readonly StepRecord[];
  readonly pretrainSeconds: number;
  readonly tokensPerSecond: number;
  readonly pseudoPerplexity: number;
  readonly scoreSeconds: number;
  readonly predictions: readonly number[];
  readonly accuracy: number;
  readonly interval: { readonly low: number; readonly high: number };
  readonly f1: number;
  readonly fineTuneSeconds: number;
  readonly guesses: readonly Guess[];
}

/** Everything a quick start finds out. */
export interface QuickStartResult {
  readonly config: EncoderConfig;
  readonly models: readonly ModelResult[];
  readonly testRows: number;
  readonly pValue: number;
  readonly riddle: { readonly text: string; readonly column: number };
}

/** Told how far each phase is. */
export type Watch = (model: ModelName, phase: 'pretrain' | 'fine-tune', total: number) => (record: StepRecord) => void;

/** READ THIS FIRST: the whole flow, from poems to figures. `now` gives seconds. */
export async function quickStart(
  engine: Engine,
  poems: readonly Poem[],
  plan: Plan,
  { seed, watch, now }: { seed: number; watch: Watch; now: () => number },
): Promise<QuickStartResult> {
  // Split by author, learn a vocabulary, and cut poems into pairs of couplets that fit one row.
  const of = (split: Split) => poems.filter(({ author }) => splitOf(author) === split);
  const vocabulary = trainVocabulary(
    of('train').map(({ couplets }) => couplets.join('')),
    { size: plan.vocabulary },
  );
  const pairs = (chosen: readonly Poem[]) =>
    chosen
      .flatMap(({ couplets }) => couplets.flatMap((line, i) => (i % 2 === 0 ? [line + (couplets[i + 1] ?? '')] : [])))
      .map((text) => encode(vocabulary, text, undefined, { maximumLength: plan.length }));
  const config = encoderConfig({
    vocabularySize: vocabulary.tokens.length,
    width: plan.width,
    layers: plan.layers,
    maximumLength: 64,
  });

  // The labelled task the corpus carries: was this poem written under the Tang or the Song?
  const labelled = (chosen: readonly Poem[]): Labelled[] =>
    chosen.map(({ couplets, dynasty }) => ({
      encoding: encode(vocabulary, couplets.join(''), undefined, { maximumLength: 64 }),
      label: dynasty === 'tang' ? 0 : 1,
    }));
  const balanced = (rows: readonly Labelled[], each: number) =>
    [0, 1].flatMap((label) => rows.filter((row) => row.label === label).slice(0, each));
  const half = Math.min(
    500,
    ...[0, 1].map((label) => labelled(of('test')).filter((row) => row.label === label).length),
  );
  const testRows = balanced(labelled(of('test')), half);
  const labels = testRows.map(({ label }) => label);

  const riddle = { text: '春眠不覺曉，處處聞啼鳥。', column: 9 };
  const models: ModelResult[] = [];
  for (const name of ['BERT', 'T-TA'] as const) {
    const curve: StepRecord[] = [];
    const pretraining = watch(name, 'pretrain', plan.pretrainSteps);
    const start = now();
    const onStep = (record: StepRecord) => {
      curve.push(record);
      pretraining(record);
    };
    const parameters: EncoderParameters<HostTensor> = await pretrain({
      engine,
      name,
      config,
      plan,
      vocabulary,
      encodings: pairs(of('train')),
      seed,
      onStep,
    });
    const pretrained = now();
    const held = pairs(of('valid')).slice(0, plan.scored);
    const log = await tokenLogProbabilities({
      engine,
      name,
      config,
      parameters,
      vocabulary,
      length: plan.length,
      encodings: held,
    });
    const scored = now();
    const tuning = {
      engine,
      name,
      config,
      parameters,
      vocabulary,
      trainRows: balanced(labelled(of('train')), 4000),
      testRows,
      steps: plan.fineTuneSteps,
      seed,
    };
    const predictions = await fineTune({ ...tuning, onStep: watch(name, 'fine-tune', plan.fineTuneSteps) });
    const right = predictions.map((prediction, i) => (prediction === labels[i] ? 1 : 0));
    models.push({
      name,
      curve,
      pretrainSeconds: pretrained - start,
      tokensPerSecond: curve.reduce((n, { tokens }) => n + tokens, 0) / (pretrained - start),
      pseudoPerplexity: perplexity(log),
      scoreSeconds: scored - pretrained,
      predictions,
      accuracy: accuracy(predictions, labels),
      interval: bootstrapInterval(right, { random: streamFrom(seed).fork('bootstrap') }),
      f1: macroF1(predictions, labels),
      fineTuneSeconds: now() - scored,
      guesses: await fill({ engine, name, config, parameters, vocabulary }, riddle.text, riddle.column),
    });
  }
  const [first, second] = models.map(({ predictions }) =>
    predictions.map((prediction, i) => prediction === labels[i]),
  ) as [boolean[], boolean[]];
  return { config, models, testRows: testRows.length, pValue: mcnemar(first, second).p, riddle };
}
