import type { Engine, Placement } from '@cloze/backend';
import { anything, checkOptions, checkTexts, needed } from '@cloze/checks';
import { textCorpus } from '@cloze/datasets';
import type { FineTuneSurroundings } from '../fine-tune/settings.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import { createModel, type Model } from '../model/model.ts';
import { type HeldOutFigures, heldOutEvery } from './held-out-perplexity.ts';
import { planPretraining, pretrainOn } from './pretrain-on.ts';
import {
  type FreshSizes,
  type PretrainSettings,
  type ResolvedPretraining,
  resolvePretraining,
} from './pretrain-settings.ts';
import { freshSizes, freshStart, grownStart } from './starts.ts';

/** What is learnt from, what it begins from, and what computes. */
export interface PretrainTexts {
  /** A document each; blank ones are passed over. */
  readonly texts: readonly string[];
  /** Held-out documents; default every 50th of the texts (below two million characters every 10th), which is then not learnt from. */
  readonly heldOut?: readonly string[];
  readonly engine: Engine;
  readonly placement?: Placement;
  /** A checkpoint to go on from, instead of fresh weights (`layers`, `width`, …). It is not changed. */
  readonly model?: LoadedModel;
  /** Words that become tokens of it. */
  readonly addTokens?: readonly string[];
}

/** A pretraining on texts in memory. */
export interface PretrainTextsOptions extends PretrainSettings, PretrainTexts, Partial<FreshSizes> {}

/** What pretraining on texts gives. */
export interface PretrainTextsRun {
  readonly settings: ResolvedPretraining;
  readonly steps: number;
  readonly tokens: number;
  /** Mean of the last tenth of the steps. */
  readonly lastLoss: number;
  /** `n` texts; pseudo-perplexity is `exp(−Σ ln p(token | the others) / tokens)`, of a left-to-right model its perplexity. */
  readonly heldOut: HeldOutFigures;
  readonly model: Model;
}

async function* given(texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

/**
 * Pretrains an encoder on texts in memory, in a page as under Node: from fresh weights and a vocabulary learnt from them, or going on from a
 * checkpoint. `pretrainedFiles(run.model.loaded)` of `@cloze/encoder` are its files.
 *
 * As `pretrain` of files (`@cloze/models/node`) otherwise, with the same losses for the same documents; nothing is kept meanwhile. Presets that
 * need lists or word vectors are given whole, as a policy.
 *
 * @throws {TypeError} for what are no texts {RangeError} for settings out of range, all at once, and for texts that are blank
 * @throws {InterruptedError} when the signal was raised
 */
export async function pretrain(
  options: PretrainTextsOptions,
  surroundings: FineTuneSurroundings = {},
): Promise<PretrainTextsRun> {
  const { texts, heldOut, engine, placement, model, addTokens: added = [], ...rest } = options;
  checkTexts('pretrain: texts', texts);
  if (heldOut !== undefined) checkTexts('pretrain: heldOut', heldOut);
  checkOptions('pretrain', { engine }, { engine: needed(anything) });
  const { family, layers, width, heads, feedForwardWidth, vocabularySize, initializerRange, ...settings } = rest;
  const sizes = { family, layers, width, heads, feedForwardWidth, vocabularySize, initializerRange };
  const asked = Object.entries(sizes).filter(([, value]) => value !== undefined);
  if (model && asked.length > 0)
    throw new RangeError(
      `pretrain: ${asked.map(([name]) => name).join(', ')} are the checkpoint's own when 'model' is given; leave them out.`,
    );
  const documents = texts.filter((text) => text.trim() !== '');
  if (documents.length === 0) throw new RangeError('pretrain: the texts have nothing to learn from; give others.');
  const { say = () => {} } = surroundings;
  const length = model ? model.maximumLength : 65_535;
  const resolved = resolvePretraining(settings, length, !model);
  const start = model
    ? await grownStart(model.name, model.loaded, added, resolved, say)
    : {
        loaded: await freshStart(given(documents), freshSizes(sizes), resolved, say),
        ...{ settings: resolved, added: [] },
      };
  const planned = await planPretraining(model?.name ?? 'the model', start, { texts: () => given(documents) });
  const characters = documents.reduce((sum, text) => sum + text.length, 0);
  const every = heldOutEvery(characters);
  const leaveOutEvery = heldOut === undefined && resolved.heldOutRows > 0 ? every : undefined;
  const corpus = await textCorpus(documents, {
    ...planned.rows,
    ...(leaveOutEvery !== undefined && { leaveOutEvery }),
  });
  try {
    const judged = heldOut ?? documents.filter((_, i) => (i + 1) % every === 0);
    const place = { ...surroundings, engine, placement };
    const { trained, outcome, lastLoss, heldOut: figures } = await pretrainOn(planned, corpus, given(judged), place);
    return {
      ...{ settings: resolved, steps: outcome.step, tokens: outcome.tokens, lastLoss },
      heldOut: figures,
      model: createModel(trained),
    };
  } finally {
    await corpus.close();
  }
}
