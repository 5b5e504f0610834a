import type { Engine, Placement } from '@cloze/backend';
import { type Corpus, masked, type RowsOptions } from '@cloze/datasets';
import type { EncoderConfig } from '@cloze/encoder';
import { candidateIds } from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import type { Checkpoints, TrainingOutcome } from '@cloze/trainer';
import { InterruptedError } from '../fine-tune/fine-tune.ts';
import type { FineTuneSurroundings } from '../fine-tune/settings.ts';
import { hashOf } from '../hash-of.ts';
import { expectedCost } from '../model/expected-cost.ts';
import { type LoadedModel, loadModel } from '../model/loaded-model.ts';
import type { ModelCard } from '../model/model-card.ts';
import { tokenizerOf } from '../model/tokenizer-of.ts';
import { heldOutBatches } from './held-out-loss.ts';
import { type HeldOutFigures, heldOutFigures, heldOutPieces } from './held-out-perplexity.ts';
import { type MaskSources, maskOf } from './mask-of.ts';
import { needsWords } from './policy-for.ts';
import { planOf, type QuestionPlan } from './question-plan.ts';
import type { PretrainingStart } from './starts.ts';
import { type MaskedStream, trainOnCorpus } from './train-on-corpus.ts';

/** A pretraining of which it is known what it begins from and what is asked. */
export interface PlannedPretraining {
  /** The checkpoint it goes on from, or what fresh weights are called. */
  readonly name: string;
  readonly start: PretrainingStart;
  readonly plan: QuestionPlan;
  readonly maskId: number;
  /** How the corpus is to be cut into rows. */
  readonly rows: Pick<RowsOptions, 'tokenizer' | 'padId' | 'length' | 'words'>;
}

/** Where a pretraining runs and is kept. */
export interface PretrainingPlace extends FineTuneSurroundings {
  readonly engine: Engine;
  readonly placement?: Placement | undefined;
  readonly checkpoints?: Checkpoints | undefined;
  /** Bytes that it may take, default no limit. */
  readonly memory?: number | undefined;
}

/** A pretraining that has ended. */
export interface EndedPretraining {
  readonly trained: LoadedModel;
  readonly outcome: TrainingOutcome;
  readonly lastLoss: number;
  readonly heldOut: HeldOutFigures;
  readonly card: ModelCard;
}

/**
 * Decides what a pretraining asks of its corpus.
 *
 * @param sources of a preset that is asked for by its name
 * @throws {RangeError} for a tokenizer without a mask token, and for questions that do not suit the model
 */
export async function planPretraining(
  name: string,
  start: PretrainingStart,
  sources: MaskSources,
): Promise<PlannedPretraining> {
  const { loaded, settings } = start;
  const { tokenizer, special } = tokenizerOf(name, loaded);
  const { pad: padId = 0, mask: maskId, unknown: unknownId = -1 } = special;
  if (maskId === undefined) throw new RangeError(`pretrain: the tokenizer of ${name} has no mask token.`);
  const plan = await planOf(
    settings,
    loaded,
    (asked) => maskOf(asked, { ...sources, tokenizer, unknownId }),
    (id) => tokenizer.tokenOf(id),
  );
  const words = plan.policies.some(needsWords) ? ({ words: 'jieba' } as const) : {};
  const asked = (config: EncoderConfig) => (plan.predictsNext ? { ...config, predictsNext: true } : config);
  const learner = {
    ...start,
    loaded: { ...loaded, config: asked(loaded.config) },
    ...(start.kept && { kept: asked(start.kept) }),
  };
  return { ...{ name, start: learner, plan, maskId }, rows: { tokenizer, padId, length: settings.length, ...words } };
}

/** Masked batches of a corpus from a step on. */
function streamOf(corpus: Corpus, { start, plan, maskId, rows }: PlannedPretraining): MaskedStream {
  const { batchSize: size, seed } = start.settings;
  const { tokenizer, padId } = rows;
  const tokens = Array.from({ length: tokenizer.size }, (_, id) => tokenizer.tokenOf(id) ?? '[UNK]');
  return async function* (from) {
    const batches = corpus.batches({ size, seed, from: from - 1 });
    const setting = {
      random: streamFrom(seed).fork('masking'),
      maskId,
      candidates: candidateIds(tokens),
      padId,
      slots: plan.slotsAt,
      ...(plan.similar && { similar: plan.similar }),
    };
    for await (const [, batch] of masked(batches, plan.policyOf, setting)) yield batch;
  };
}

/**
 * Pretrains on a corpus and judges what came of it by held-out text.
 *
 * @param heldOut documents, as many as are needed of them
 * @throws {RangeError} for a training that needs more memory than there is {CheckpointError} when the checkpoints are another run's
 * @throws {InterruptedError} after saving, when the signal was raised
 */
export async function pretrainOn(
  planned: PlannedPretraining,
  corpus: Corpus,
  heldOut: AsyncIterable<string>,
  { engine, placement, checkpoints, memory, ...surroundings }: PretrainingPlace,
): Promise<EndedPretraining> {
  const { say = () => {}, replicas } = surroundings;
  const { name, plan, start } = planned;
  const { loaded, settings, base, added, kept } = start;
  if (replicas && plan.adaptive)
    throw new RangeError('pretrain: adaptive masking follows what one process sees; leave it out in several.');
  const { mask: _policy, stages: _stages, adaptive: _following, evalSteps, ...plain } = settings;
  const identity = {
    ...plain,
    ...(await plan.asData()),
    family: loaded.family,
    config: loaded.config,
    corpus: corpus.identity,
    base: base ?? null,
    addTokens: await hashOf(added),
  };
  const { batchSize, gradientAccumulationSteps: parts, length, optimiser, maxSteps: steps } = settings;
  const { family, config } = loaded;
  const cost = {
    ...{ family, config, optimiser, steps, length },
    rows: Math.ceil(batchSize / (parts * (replicas?.size() ?? 1))),
    slots: plan.slotsMost(length),
  };
  say(expectedCost(engine, placement ?? {}, cost, memory));
  const pieces = await heldOutPieces(heldOut, { rows: settings.heldOutRows, length });
  const looked =
    evalSteps === undefined ? [] : await heldOutBatches(pieces, { ...planned.rows, loaded, maskId: planned.maskId });
  const { outcome, parameters, lastLoss } = await trainOnCorpus(
    engine,
    { ...loaded, causalAt: plan.causalAt, adaptive: plan.adaptive, heldOut: looked },
    streamOf(corpus, planned),
    settings,
    { ...surroundings, identity, checkpoints, placement },
  );
  if (outcome.reason === 'interrupted')
    throw new InterruptedError(
      `stopped after step ${outcome.step}; ${checkpoints || replicas ? 'the same call goes on from there' : 'nothing was kept, for there are no checkpoints here'}.`,
    );
  const whole = { ...loaded, config: kept ?? loaded.config, parameters, missing: [] };
  const trained = loadModel(name, whole, engine, placement);
  const judged = await heldOutFigures(trained, pieces);
  const card: ModelCard = {
    what: base === undefined ? 'Pretrained' : 'Pretrained further',
    ...(base !== undefined && { base }),
    ...(base !== undefined && loaded.missing.length > 0 && { drawn: loaded.missing }),
    engine: `${engine.name} ${engine.version}`,
    seed: settings.seed,
    settings: identity,
    hashes: { 'corpus, cut and tokenised': corpus.identity },
    figures: { 'pseudo-perplexity, held out': judged.pseudoPerplexity },
  };
  return { trained, outcome, lastLoss, heldOut: judged, card };
}
