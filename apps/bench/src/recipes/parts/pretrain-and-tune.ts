import type { FamilyName } from '@cloze/encoder';
import type { LoadedModel } from '@cloze/models';
import type { RunResult } from '../define-recipe.ts';
import { tuneOnTasks } from './fine-tune-classifier.ts';
import type { Lab } from './lab.ts';
import type { MaskSettings } from './mask-settings.ts';
import { type Corpus, openCorpus } from './open-corpus.ts';
import { freshModel, openEncoder } from './open-start.ts';
import { type PretrainOptions, pretrainEncoder } from './pretrain-encoder.ts';
import { bucketsTo, type PretrainSettings } from './pretrain-settings.ts';
import { askHeldOut } from './score-held-out.ts';
import type { TuneSettings } from './tune-settings.ts';

/** Fresh weights over a corpus. */
export function freshOver(
  lab: Lab,
  corpus: Corpus,
  { encoder: { dropout, initializerRange, ...sizes }, corpus: { length } }: PretrainSettings,
  family: FamilyName = 'bert',
  more: Partial<LoadedModel['config']> = {},
): LoadedModel {
  return freshModel(
    lab,
    corpus.vocabulary,
    {
      ...sizes,
      ...{ dropout, attentionDropout: dropout, drawDeviation: initializerRange },
      ...{ maximumLength: Math.max(128, length), ...more },
    },
    family,
  );
}

/**
 * Pretrains from fresh weights or, with `--encoder`, goes on from a checkpoint; asks the held-out rows the same masked questions as of every other arm, and fine-tunes on tasks.
 *
 * @param more what an arm changes of the pretraining @param suffix added to the names of the prediction sets
 */
export async function pretrainAndTune(
  lab: Lab,
  settings: PretrainSettings & { readonly tune: TuneSettings; readonly tasks: readonly string[] },
  mask: MaskSettings,
  {
    suffix = '',
    corpus: given,
    ...more
  }: Partial<Pick<PretrainOptions, 'regularise' | 'similar'>> & {
    readonly suffix?: string;
    readonly corpus?: Corpus;
  } = {},
): Promise<RunResult & { readonly encoder: LoadedModel; readonly corpus: Corpus }> {
  // From --encoder pretraining goes on; without it, it begins.
  const loaded = await openEncoder(lab);
  const corpus = given ?? (await openCorpus(lab, settings.corpus, loaded));
  lab.say(corpus.about);
  const buckets = bucketsTo(settings.corpus.length);
  const { encoder, measures } = await pretrainEncoder(lab, loaded ?? freshOver(lab, corpus, settings), corpus, {
    ...settings.train,
    ...more,
    mask,
    buckets,
  });
  const lines = await askHeldOut(encoder, corpus, buckets);
  const tuned = await tuneOnTasks(lab, encoder, settings, suffix);
  return {
    encoder,
    corpus,
    predictions: [{ name: `held out${suffix}`, kind: 'loss', lines }, ...tuned],
    measures: { ...measures },
  };
}
