import type { Engine } from '@cloze/backend';
import type { Poem } from '@cloze/datasets/node';
import { type EncoderConfig, encoderConfig } from '@cloze/encoder';
import { accuracy, bootstrapInterval, holm, macroF1, mcnemar, pairedBootstrap, perplexity } from '@cloze/eval';
import { streamFrom } from '@cloze/random';
import type { StepRecord, StopSignal } from '@cloze/trainer';
import type { Contender } from './quick-start/contender.ts';
import { fill, type Guess } from './quick-start/fill.ts';
import { fineTune } from './quick-start/fine-tune.ts';
import { maskers } from './quick-start/masker.ts';
import type { Plan } from './quick-start/plan.ts';
import { prepareCorpus } from './quick-start/prepare-corpus.ts';
import { pretrain } from './quick-start/pretrain.ts';
import { tokenLogProbabilities } from './quick-start/score.ts';
import type { TimedRecord, Workspace } from './quick-start/workspace.ts';

/** A figure with its 95 % bootstrap interval. */
export interface Bounded {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What came out for one encoder. */
export interface EncoderResult {
  readonly name: string;
  readonly curve: readonly TimedRecord[];
  readonly pretrainSeconds: number;
  readonly tokensPerSecond: number;
  /** `ln p(token | all others)` of each token of each held-out text. */
  readonly logProbabilities: readonly (readonly number[])[];
  readonly pseudoPerplexity: Bounded;
  readonly scoreSeconds: number;
  readonly predictions: readonly number[];
  readonly accuracy: Bounded;
  readonly f1: number;
  readonly fineTuneSeconds: number;
  readonly guesses: readonly Guess[];
}

/** An encoder against the first one, on the same texts and poems. */
export interface Comparison {
  readonly name: string;
  /** Of accuracies, in shares. */
  readonly accuracy: Bounded;
  /** Exact McNemar test, Holm's correction over all comparisons. */
  readonly accuracyP: number;
  /** `ln` of the ratio of pseudo-perplexities; below 0 is better than the first. */
  readonly logPerplexity: Bounded;
}

/** Everything a quick start finds out. */
export interface QuickStartResult {
  readonly config: EncoderConfig;
  readonly models: readonly EncoderResult[];
  readonly comparisons: readonly Comparison[];
  readonly testRows: number;
  readonly riddle: { readonly text: string; readonly column: number };
}

/** Told how far each phase is. */
export type Watch = (encoder: string, phase: 'pretrain' | 'fine-tune', total: number) => (record: StepRecord) => void;

/** What a quick start is given besides its text. */
export interface QuickStartOptions {
  readonly seed: number;
  readonly contenders: readonly Contender[];
  readonly workspace: Workspace;
  /** What a resume must share. */
  readonly settings: unknown;
  readonly watch: Watch;
  /** Seconds. */
  readonly now: () => number;
  readonly signal?: StopSignal | undefined;
}

const riddle = { text: '春眠不覺曉，處處聞啼鳥。', column: 9 };

/** READ THIS FIRST: the whole flow, from poems to figures. */
export async function quickStart(
  engine: Engine,
  poems: readonly Poem[],
  plan: Plan,
  { seed, contenders, workspace, settings, watch, now, signal }: QuickStartOptions,
): Promise<QuickStartResult> {
  const corpus = await prepareCorpus(poems, plan);
  const { vocabulary, tokenizer, training, held, labelled } = corpus;
  const maskerOf = await maskers(contenders, corpus, seed);
  const padId = vocabulary.special.pad;
  const { layers, width } = plan;
  const config = encoderConfig({
    vocabularySize: vocabulary.tokens.length,
    width,
    layers,
    maximumLength: plan.longest,
  });
  // The labelled task that the corpus carries: was this poem written under the Tang or the Song?
  const labels = labelled.test.map(({ label }) => label);

  const models: EncoderResult[] = [];
  for (const contender of contenders) {
    const earlier = workspace.recall(contender) as EncoderResult | undefined;
    if (earlier) {
      models.push(earlier);
      continue;
    }
    const { label: name, architecture } = contender;
    const random = streamFrom(seed).fork('bootstrap');

    const checkpoints = await workspace.openCheckpoints(contender);
    const { parameters, records } = await pretrain({
      engine,
      name: architecture,
      config,
      plan,
      padId,
      encodings: training,
      seed,
      checkpoints,
      signal,
      now,
      masker: maskerOf.get(contender.id) as NonNullable<ReturnType<typeof maskerOf.get>>,
      configuration: settings,
      log: workspace.openLog(contender),
      onStep: watch(name, 'pretrain', plan.pretrainSteps),
    }).finally(checkpoints.close);
    await workspace.saveEncoder(contender, parameters, config, corpus.tokenizerFile);
    const pretrainSeconds = records.reduce((sum, { seconds }) => sum + seconds, 0);

    const encoder = { engine, name: architecture, config, parameters, vocabulary };
    const pretrained = now();
    const logProbabilities = await tokenLogProbabilities({ ...encoder, length: plan.length, encodings: held });
    const scored = now();
    const predictions = await fineTune({
      ...encoder,
      padId,
      trainRows: labelled.train,
      testRows: labelled.test,
      steps: plan.fineTuneSteps,
      seed,
      signal,
      onStep: watch(name, 'fine-tune', plan.fineTuneSteps),
    });
    const fineTuned = now();

    const right = predictions.map((prediction, i) => (prediction === labels[i] ? 1 : 0));
    const result: EncoderResult = {
      name,
      curve: records,
      pretrainSeconds,
      tokensPerSecond: records.reduce((sum, { tokens }) => sum + tokens, 0) / pretrainSeconds,
      logProbabilities,
      pseudoPerplexity: {
        value: perplexity(logProbabilities),
        ...bootstrapInterval(logProbabilities, { random: random.fork('texts'), statistic: perplexity }),
      },
      scoreSeconds: scored - pretrained,
      predictions,
      accuracy: {
        value: accuracy(predictions, labels),
        ...bootstrapInterval(right, { random: random.fork('poems') }),
      },
      f1: macroF1(predictions, labels),
      fineTuneSeconds: fineTuned - scored,
      guesses: await fill({ ...encoder, tokenizer }, riddle.text, riddle.column),
    };
    workspace.remember(contender, result);
    models.push(result);
  }
  return { config, models, comparisons: compare(models, labels, seed), testRows: labels.length, riddle };
}

/** Each encoder against the first, paired by text and by poem. */
function compare(models: readonly EncoderResult[], labels: readonly number[], seed: number): Comparison[] {
  const [first, ...others] = models;
  if (!first) return [];
  const right = ({ predictions }: EncoderResult) => predictions.map((p, i) => (p === labels[i] ? 1 : 0));
  const ps = holm(others.map((other) => mcnemar(right(first), right(other)).p));
  const logPerplexity = (texts: readonly (readonly number[])[]) => Math.log(perplexity(texts));
  return others.map((other, i) => {
    const random = streamFrom(seed).fork('comparison', i);
    const bounded = ({ difference, low, high }: { difference: number; low: number; high: number }): Bounded => ({
      value: difference,
      low,
      high,
    });
    return {
      name: other.name,
      accuracy: bounded(pairedBootstrap(right(other), right(first), { random: random.fork('poems') })),
      accuracyP: ps[i] as number,
      logPerplexity: bounded(
        pairedBootstrap(other.logProbabilities, first.logProbabilities, {
          random: random.fork('texts'),
          statistic: logPerplexity,
        }),
      ),
    };
  });
}
