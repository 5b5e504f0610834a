import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine, EngineName, Placement } from '@cloze/backend';
import { openCorpus, readPmi, readUtf8, readWordVectors, streamTexts } from '@cloze/datasets/node';
import { readSafetensors, safetensorsParts } from '@cloze/encoder';
import type { HubOptions } from '@cloze/encoder/node';
import { openCheckpoints } from '@cloze/trainer';
import { nodeFiles, writeWhole } from '@cloze/trainer/node';
import type { FineTuneSurroundings } from '../fine-tune/settings.ts';
import { createModel, type Model } from '../model/model.ts';
import type { ModelCard } from '../model/model-card.ts';
import type { HeldOutFigures } from '../pretrain/held-out-perplexity.ts';
import { planPretraining, pretrainOn } from '../pretrain/pretrain-on.ts';
import type { FreshSizes, PretrainSettings, ResolvedPretraining } from '../pretrain/pretrain-settings.ts';
import { noteEngine, openEngineOfRun } from './engines-of-run.ts';
import { checkHaveText, heldOutEveryOf, heldOutOf } from './held-out-files.ts';
import { machineMemory } from './machine-memory.ts';
import { type GoingOn, startFresh, startFromCheckpoint } from './pretraining-start.ts';
import { type Saveable, saving } from './save-model.ts';
import { type TrainedTogether, trainedTogether } from './trained-together.ts';

/** Files that presets are made of. */
interface MaskFiles {
  /** A list of `cloze pmi build`, for `pmi` and `pmi-bernoulli`. */
  readonly collocations?: string;
  /** Word vectors in word2vec's text format, for `mac-bert`. */
  readonly wordVectors?: string;
}

/** What is learnt from, what it begins from, and where the run is kept. */
export interface PretrainFiles extends MaskFiles {
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
const sizeOptions = [
  'family',
  'layers',
  'width',
  'heads',
  'feedForwardWidth',
  'vocabularySize',
  'initializerRange',
] as const;
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
export interface PretrainRecord extends ModelCard, TrainedTogether {
  readonly steps: number;
  readonly tokens: number;
  /** Updates that were withheld, with `nonFinite: 'skip'`. */
  readonly skipped: number;
  /** `null` where the process that ended the training made none of its last steps. */
  readonly lastLoss: number | null;
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
  readonly heldOut: HeldOutFigures;
  readonly model: Model & Saveable;
  /** What `output` keeps as `record.json`. */
  readonly record: PretrainRecord;
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
  await checkHaveText(paths, heldOut, column === undefined ? {} : { column });
  // Rank 0 keeps the run; the others need room for the corpus in shards, on the same disk or on their own.
  const output = rank === 0 ? folder : join(folder, `replica-${rank}`);
  await mkdir(output, { recursive: true });
  const start =
    from === undefined
      ? await startFresh({ corpus: paths, column }, sizes, settingsIn(options), join(output, 'start'), say)
      : await startFromCheckpoint(
          { model: from, ...pick(options, ['addTokens']) },
          settingsIn(options),
          pick(options, hubOptions),
          say,
        );
  const name = start.base ?? output;
  const read = column === undefined ? {} : { column };
  const { collocations, wordVectors } = options;
  const planned = await planPretraining(name, start, {
    texts: () => streamTexts(paths, read),
    ...(collocations !== undefined && {
      collocations: () => ({ list: readPmi(collocations), text: readUtf8(collocations) }),
    }),
    ...(wordVectors !== undefined && {
      wordVectors: () => ({ vectors: readWordVectors(wordVectors), text: readUtf8(wordVectors) }),
    }),
  });
  const { settings } = start;
  const corpus = await openCorpus(paths, {
    ...planned.rows,
    ...read,
    folder: join(output, 'corpus'),
    ...(heldOut === undefined && settings.heldOutRows > 0 && { leaveOutEvery: heldOutEveryOf(paths) }),
  });
  const own = wanted === undefined || typeof wanted === 'string';
  const engine = own ? await openEngineOfRun(output, wanted) : wanted;
  try {
    const enginesBefore = noteEngine(output, engine, say);
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
    const {
      trained,
      outcome,
      lastLoss,
      heldOut: figures,
      card,
    } = await pretrainOn(planned, corpus, heldOutOf(paths, heldOut, read), {
      ...surroundings,
      engine,
      placement,
      checkpoints,
      memory: machineMemory(engine),
    }).finally(() => checkpoints?.close());
    const record: PretrainRecord = {
      ...card,
      steps: outcome.step,
      tokens: outcome.tokens,
      skipped: outcome.skipped,
      lastLoss: Number.isFinite(lastLoss) ? lastLoss : null,
      ...trainedTogether(replicas),
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
      heldOut: figures,
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
