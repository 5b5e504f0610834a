import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine, EngineName, Placement } from '@cloze/backend';
import { masked } from '@cloze/datasets';
import { type Corpus, openCorpus } from '@cloze/datasets/node';
import { type EncoderConfig, readSafetensors, safetensorsParts } from '@cloze/encoder';
import type { HubOptions } from '@cloze/encoder/node';
import type { FigureOverSeeds } from '@cloze/eval';
import { candidateIds } from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import { openCheckpoints } from '@cloze/trainer';
import { nodeFiles, writeWhole } from '@cloze/trainer/node';
import { InterruptedError } from '../fine-tune/fine-tune.ts';
import type { FineTuneSurroundings } from '../fine-tune/settings.ts';
import { hashOf } from '../hash-of.ts';
import { expectedCost } from '../model/expected-cost.ts';
import { loadModel } from '../model/loaded-model.ts';
import { createModel, type Model } from '../model/model.ts';
import { tokenizerOf } from '../model/tokenizer-of.ts';
import { needsWords } from '../pretrain/policy-for.ts';
import type { FreshSizes, PretrainSettings, ResolvedPretraining } from '../pretrain/pretrain-settings.ts';
import { planOf, type QuestionPlan } from '../pretrain/question-plan.ts';
import { type MaskedStream, trainOnCorpus } from '../pretrain/train-on-corpus.ts';
import { noteEngine, openEngineOfRun } from './engines-of-run.ts';
import { checkHaveText, heldOutEvery, heldOutPerplexity } from './held-out-perplexity.ts';
import { machineMemory } from './machine-memory.ts';
import { type MaskSources, maskOf } from './mask-of.ts';
import type { ModelCard } from './model-card.ts';
import { type GoingOn, startFresh, startFromCheckpoint } from './pretraining-start.ts';
import { type Saveable, saving } from './save-model.ts';

/** What is learnt from, what it begins from, and where the run is kept. */
export interface PretrainFiles extends MaskSources {
  /** Text files and patterns, `.gz` or not: a document a line; of tables the column `text`. */
  readonly corpus: string | readonly string[];
  /** Column of tables that holds the text, default `text`. */
  readonly column?: string;
  /** Held-out text, read as the corpus is; default every 50th document (of a corpus below 2 MB every 10th), which is then not learnt from. */
  readonly heldOut?: string | readonly string[];
  /** Folder of checkpoints, of the corpus in shards and of the record; a run that is there goes on. */
  readonly output: string;
  /** A name or an engine that is open (it stays open); default the best that works. */
  readonly engine?: Engine | EngineName;
  readonly placement?: Placement;
}

/** A pretraining from fresh weights (`layers`, `width`, …), or going on from a checkpoint (`model`). */
export interface PretrainOptions
  extends PretrainSettings,
    PretrainFiles,
    HubOptions,
    Partial<FreshSizes>,
    Partial<GoingOn> {}

const fileOptions = [
  'corpus',
  'column',
  'heldOut',
  'output',
  'engine',
  'placement',
  'collocations',
  'wordVectors',
] as const;
const sizeOptions = ['family', 'layers', 'width', 'heads', 'feedForwardWidth', 'vocabularySize'] as const;
const startOptions = ['model', 'addTokens'] as const;
const hubOptions = ['hubUrl', 'revision', 'cacheFolder', 'accessToken', 'offline'] as const;

/** Some properties of a record: those that are there. */
function pick<T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  const found: Partial<Pick<T, K>> = {};
  for (const name of names) if (from[name] !== undefined) found[name] = from[name];
  return found as Pick<T, K>;
}

/** The options that are settings of the training: what is no file, size, start or hub option. */
function settingsIn(options: PretrainOptions): PretrainSettings {
  const others = new Set<string>([...fileOptions, ...sizeOptions, ...startOptions, ...hubOptions]);
  const given = Object.entries(options).filter(([name, value]) => !others.has(name) && value !== undefined);
  return { maxSteps: options.maxSteps, ...Object.fromEntries(given) };
}

/** What a pretraining keeps in its folder: its model card, and how far it came. */
export interface PretrainRecord extends ModelCard {
  readonly steps: number;
  readonly tokens: number;
  /** Updates that were withheld, with `nonFinite: 'skip'`. */
  readonly skipped: number;
  /** `null` where the process that ended the training made none of its last steps. */
  readonly lastLoss: number | null;
  /** Processes that trained together when the training ended; absent for one alone. */
  readonly replicas?: number;
  /** How their sums travelled, where not as float32. */
  readonly exchange?: string;
  /** Other engines that earlier processes of the run had; absent where there was one. */
  readonly enginesBefore?: readonly string[];
}

/** What pretraining gives. */
export interface PretrainRun {
  readonly settings: ResolvedPretraining;
  /** Updates done by this and earlier processes. */
  readonly steps: number;
  readonly tokens: number;
  readonly lastLoss: number;
  /** `n` texts; pseudo-perplexity is `exp(−Σ ln p(token | the others) / tokens)`, of a left-to-right model its perplexity. */
  readonly heldOut: { readonly pseudoPerplexity: FigureOverSeeds };
  readonly model: Model & Saveable;
  /** What `output` keeps as `record.json`. */
  readonly record: PretrainRecord;
}

/** Masked batches of a corpus from a step on. */
function streamOf(
  corpus: Corpus,
  { policyOf, slotsAt, similar }: Pick<QuestionPlan, 'policyOf' | 'slotsAt' | 'similar'>,
  settings: ResolvedPretraining,
  special: { readonly pad: number; readonly mask: number },
  tokens: readonly string[],
): MaskedStream {
  const { batchSize: size, seed } = settings;
  return async function* (from) {
    const batches = corpus.batches({ size, seed, from: from - 1 });
    const setting = {
      random: streamFrom(seed).fork('masking'),
      maskId: special.mask,
      candidates: candidateIds(tokens),
      padId: special.pad,
      slots: slotsAt,
      ...(similar && { similar }),
    };
    for await (const [, batch] of masked(batches, policyOf, setting)) yield batch;
  };
}

/**
 * Pretrains an encoder on text: from fresh weights and a vocabulary learnt from it, or going on from a checkpoint, whose family, tokenizer and
 * unknown keys are kept.
 *
 * The corpus is tokenised once into shards under `output` while training runs; memory does not grow with it. A run that was stopped goes on
 * from its newest checkpoint, bit for bit; under other settings it is refused, naming them.
 *
 * @throws {RangeError} for settings out of range, all at once, and for a training that needs more memory than the machine has {CheckpointError} when `output` holds another run
 * @throws {InterruptedError} after saving, when the signal was raised
 */
export async function pretrain(
  options: PretrainOptions,
  surroundings: FineTuneSurroundings = {},
): Promise<PretrainRun> {
  const { say = () => {}, replicas } = surroundings;
  const rank = replicas?.rank() ?? 0;
  const { corpus: paths, column, heldOut, output: folder, engine: wanted, placement, model: from } = options;
  const sizes = pick(options, sizeOptions);
  if (from !== undefined && Object.keys(sizes).length > 0)
    throw new RangeError(
      `pretrain: ${Object.keys(sizes).join(', ')} are the checkpoint's own when 'model' is given; leave them out.`,
    );
  if (replicas && options.adaptive)
    throw new RangeError('pretrain: adaptive masking follows what one process sees; leave it out in several.');
  await checkHaveText(paths, heldOut, column === undefined ? {} : { column });
  // Rank 0 keeps the run; the others need room for the corpus in shards, on the same disk or on their own.
  const output = rank === 0 ? folder : join(folder, `replica-${rank}`);
  await mkdir(output, { recursive: true });
  const {
    loaded: opened,
    settings,
    base,
    added,
    kept = undefined,
  } = from === undefined
    ? await startFresh({ corpus: paths, column }, sizes, settingsIn(options), join(output, 'start'), say)
    : await startFromCheckpoint(
        { model: from, ...pick(options, ['addTokens']) },
        settingsIn(options),
        pick(options, hubOptions),
        say,
      );
  const name = base ?? output;
  const { tokenizer, special } = tokenizerOf(name, opened);
  const { pad = 0, mask, unknown: unknownId = -1 } = special;
  if (mask === undefined) throw new RangeError(`pretrain: the tokenizer of ${name} has no mask token.`);
  const sources = { corpus: paths, column, tokenizer, unknownId, ...pick(options, ['collocations', 'wordVectors']) };
  const plan = await planOf(settings, opened, (asked) => maskOf(asked, sources));
  const asked = (config: EncoderConfig) => (plan.predictsNext ? { ...config, predictsNext: true } : config);
  const loaded = { ...opened, config: asked(opened.config) };
  const corpus = await openCorpus(paths, {
    tokenizer,
    padId: pad,
    length: settings.length,
    folder: join(output, 'corpus'),
    ...(column !== undefined && { column }),
    ...(plan.policies.some(needsWords) && { words: 'jieba' as const }),
    ...(heldOut === undefined && settings.heldOutRows > 0 && { leaveOutEvery: heldOutEvery(paths) }),
  });
  const own = wanted === undefined || typeof wanted === 'string';
  const engine = own ? await openEngineOfRun(output, wanted) : wanted;
  try {
    const enginesBefore = noteEngine(output, engine, say);
    const tokens = Array.from({ length: tokenizer.size }, (_, id) => tokenizer.tokenOf(id) ?? '[UNK]');
    const stream = streamOf(corpus, plan, settings, { pad, mask }, tokens);
    const { mask: _policy, stages: _stages, ...plain } = settings;
    const identity = {
      ...plain,
      ...(await plan.asData()),
      family: loaded.family,
      config: loaded.config,
      corpus: corpus.identity,
      base: base ?? null,
      addTokens: await hashOf(added),
    };
    const checkpoints =
      rank > 0
        ? undefined
        : await openCheckpoints({
            folder: join(output, 'checkpoints'),
            files: nodeFiles(),
            codec: { read: readSafetensors, write: safetensorsParts },
            saveTotalLimit: 2,
            warn: say,
          });
    const { batchSize, gradientAccumulationSteps: parts, length, optimiser, maxSteps: steps } = settings;
    const { family, config } = loaded;
    const planned = {
      family,
      config,
      optimiser,
      steps,
      length,
      rows: Math.ceil(batchSize / (parts * (replicas?.size() ?? 1))),
    };
    const expected = {
      ...planned,
      slots: plan.slotsMost(length),
    };
    say(expectedCost(engine, placement ?? {}, expected, machineMemory(engine)));
    const { outcome, parameters, lastLoss } = await trainOnCorpus(
      engine,
      { ...loaded, causalAt: plan.causalAt, adaptive: plan.adaptive },
      stream,
      settings,
      {
        ...surroundings,
        identity,
        checkpoints,
        placement,
      },
    ).finally(() => checkpoints?.close());
    if (outcome.reason === 'interrupted')
      throw new InterruptedError(`stopped after step ${outcome.step}; the same call goes on from there.`);
    const whole = { ...loaded, config: asked(kept ?? loaded.config), parameters, missing: [] };
    const trained = loadModel(name, whole, engine, placement);
    const rows = settings.heldOutRows;
    const pseudoPerplexity = await heldOutPerplexity(trained, {
      paths,
      column,
      heldOut,
      rows,
      length: settings.length,
    });
    const card: ModelCard = {
      what: base === undefined ? 'Pretrained' : 'Pretrained further',
      ...(base !== undefined && { base }),
      ...(base !== undefined && loaded.missing.length > 0 && { drawn: loaded.missing }),
      engine: `${engine.name} ${engine.version}`,
      seed: settings.seed,
      settings: identity,
      hashes: { 'corpus, cut and tokenised': corpus.identity },
      figures: { 'pseudo-perplexity, held out': pseudoPerplexity },
    };
    const record: PretrainRecord = {
      ...card,
      steps: outcome.step,
      tokens: outcome.tokens,
      skipped: outcome.skipped,
      lastLoss: Number.isFinite(lastLoss) ? lastLoss : null,
      ...(replicas && { replicas: replicas.size() }),
      ...(replicas?.exchange === 'bfloat16' && { exchange: replicas.exchange }),
      ...(enginesBefore.length > 0 && { enginesBefore }),
    };
    if (rank === 0) writeWhole(join(output, 'record.json'), `${JSON.stringify(record, null, 2)}\n`);
    const model = createModel(trained);
    const dispose = () => {
      model.dispose();
      if (own) engine.dispose();
    };
    return {
      settings,
      steps: outcome.step,
      tokens: outcome.tokens,
      lastLoss,
      heldOut: { pseudoPerplexity },
      record,
      model: { ...model, ...saving(model, card), dispose },
    };
  } catch (error) {
    if (own) engine.dispose();
    throw error;
  } finally {
    await corpus.close();
  }
}
