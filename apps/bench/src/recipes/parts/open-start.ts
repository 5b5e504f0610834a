import type { HostTensor } from '@cloze/backend';
import { type EncoderConfig, type EncoderParameters, encoderConfig, type FamilyName } from '@cloze/encoder';
import { freshWeights, type LoadedModel, loadModel } from '@cloze/models';
import { openModel } from '@cloze/models/node';
import { readPoems } from '@cloze/quick-start';
import { streamFrom } from '@cloze/random';
import { trainVocabulary, type Vocabulary } from '@cloze/tokenizer';
import type { Lab } from './lab.ts';

/**
 * The encoder of `--encoder`; undefined without one.
 *
 * @param use `head`: the language-model head too, so that a run on one that the file lacks is told in its record; `encoder`: no head, or one of its own
 */
export async function openEncoder(lab: Lab, use: 'head' | 'encoder' = 'head'): Promise<LoadedModel | undefined> {
  const { encoder, engine, seed, placement, say, drawn } = lab;
  if (encoder === undefined) return undefined;
  const model = await openModel(encoder, { engine, seed, placement, say });
  if (use === 'head' && model.loaded.missing.length > 0) drawn?.(model.loaded.missing);
  return model;
}

/** Fresh weights over a vocabulary. */
export function freshModel(
  lab: Lab,
  vocabulary: Vocabulary,
  sizes: Omit<Parameters<typeof encoderConfig>[0], 'vocabularySize'>,
  family: FamilyName = 'bert',
): LoadedModel {
  const config = encoderConfig({ ...sizes, vocabularySize: vocabulary.tokens.length });
  const random = streamFrom(lab.seed).fork('weights');
  return loadModel('fresh weights', freshWeights(vocabulary, config, { family, random }), lab.engine, lab.placement);
}

/** The encoder a run begins from: `--encoder`, or, to try a recipe out, fresh weights over the characters of poems. */
export async function openStart(lab: Lab, use: 'head' | 'encoder' = 'encoder'): Promise<LoadedModel> {
  const opened = await openEncoder(lab, use);
  if (opened) return opened;
  const texts = readPoems(150).map(({ couplets }) => couplets.join(''));
  const vocabulary = trainVocabulary(texts, { size: 500 });
  return freshModel(lab, vocabulary, { layers: 1, width: 16, heads: 2, maximumLength: 128 });
}

/** A model with other weights, those that came of a training say. */
export function withWeights(
  lab: Lab,
  { name, loaded }: LoadedModel,
  parameters: EncoderParameters<HostTensor>,
  config: EncoderConfig = loaded.config,
): LoadedModel {
  return loadModel(name, { ...loaded, parameters, config, missing: [] }, lab.engine, lab.placement);
}

/** The vocabulary that a model was trained with; an id without a token is called by its number. @throws {Error} for a tokenizer without one of the five special tokens */
export function vocabularyOf({ name, tokenizer, special }: LoadedModel): Vocabulary {
  const tokens = Array.from({ length: tokenizer.size }, (_, id) => tokenizer.tokenOf(id) ?? `[unused-id-${id}]`);
  const { pad, unknown, classify, separate, mask } = special;
  if (
    pad === undefined ||
    unknown === undefined ||
    classify === undefined ||
    separate === undefined ||
    mask === undefined
  )
    throw new Error(
      `${name}: its tokenizer lacks one of the tokens for padding, unknown words, beginning, end and mask.`,
    );
  return {
    tokens,
    idOf: new Map(tokens.map((token, id) => [token, id])),
    special: { pad, unknown, classify, separate, mask },
  };
}
