import { anything, checkOptions, real, whole } from '@cloze/checks';
import { type EncoderConfig, encoderConfig, estimateMemory, familyOf, type LoadedPretrained } from '@cloze/encoder';
import { streamFrom } from '@cloze/random';
import { trainVocabulary } from '@cloze/tokenizer';
import { shownBytes } from '../model/expected-cost.ts';
import { addTokens } from './add-tokens.ts';
import { freshWeights } from './fresh-weights.ts';
import type { FreshSizes, ResolvedPretraining } from './pretrain-settings.ts';

/** What a pretraining begins from. */
export interface PretrainingStart {
  readonly loaded: LoadedPretrained;
  readonly settings: ResolvedPretraining;
  /** The folder or hub id; undefined for fresh weights. */
  readonly base?: string;
  /** Words that were added. */
  readonly added: readonly string[];
  /** The config that is saved, where it is not the one that is learnt with: a checkpoint keeps its own dropout. */
  readonly kept?: EncoderConfig;
}

/** Characters of the corpus that a vocabulary is learnt from. */
const vocabularyCharacters = 10_000_000;

/** Fresh weights over a vocabulary that is learnt from the beginning of the corpus. @param memory bytes that they may take @throws {RangeError} for weights of more */
export async function freshStart(
  corpus: AsyncIterable<string>,
  { family = 'bert', layers, width, heads, feedForwardWidth, vocabularySize = 8000, initializerRange }: FreshSizes,
  { length, seed, dropout = 0.1 }: ResolvedPretraining,
  say: (line: string) => void,
  memory = Number.POSITIVE_INFINITY,
): Promise<LoadedPretrained> {
  const texts: string[] = [];
  let characters = 0;
  for await (const text of corpus) {
    texts.push(text);
    characters += text.length;
    if (characters >= vocabularyCharacters) break;
  }
  const vocabulary = trainVocabulary(texts, { size: vocabularySize });
  say(
    `vocabulary: ${vocabulary.tokens.length.toLocaleString('en')} tokens from ${characters.toLocaleString('en')} characters.`,
  );
  const of = family === 'left-to-right' ? 'bert' : family;
  const { fresh = {} } = familyOf(of);
  const config = encoderConfig({
    ...fresh,
    ...{ layers, width, vocabularySize: vocabulary.tokens.length },
    ...(fresh.embeddingWidth !== undefined && { embeddingWidth: Math.min(fresh.embeddingWidth, width) }),
    // MPNet's and RoBERTa's first rows are no positions.
    maximumLength: length + (fresh.positionOffset ?? 0),
    ...(heads !== undefined && { heads }),
    ...(feedForwardWidth !== undefined && { feedForwardWidth }),
    ...(initializerRange !== undefined && { drawDeviation: initializerRange }),
    ...{ dropout, attentionDropout: dropout },
    ...(family === 'left-to-right' && { leftToRight: true }),
  });
  const { parameters } = estimateMemory(config, { family: of, batch: 1, length });
  if (parameters > memory)
    throw new RangeError(
      `pretrain: ${layers} layers of width ${width} are ${shownBytes(parameters)} of weights, and this machine has ${shownBytes(memory)}; ask for a smaller model.`,
    );
  return freshWeights(vocabulary, config, {
    family: of,
    random: streamFrom(seed).fork('weights'),
  });
}

/** A checkpoint to go on from, its tokenizer grown by words. @param base its folder, hub id or name, for messages @throws {RangeError} for words that cannot be tokens */
export async function grownStart(
  base: string,
  opened: LoadedPretrained,
  added: readonly string[],
  settings: ResolvedPretraining,
  say: (line: string) => void,
): Promise<PretrainingStart> {
  const grown = await addTokens(base, opened, added);
  if (added.length > 0 && grown === opened)
    say(`${base} has each of the ${added.length} words to add as a token already.`);
  const { dropout } = settings;
  const config = dropout === undefined ? grown.config : { ...grown.config, dropout, attentionDropout: dropout };
  return { loaded: { ...grown, config }, settings, base, added, kept: grown.config };
}

/** Sizes of fresh weights, judged. @throws {RangeError} for layers or width that are missing, for sizes that are no whole numbers from 1, and for a deviation that is not above 0 */
export function freshSizes(sizes: { readonly [K in keyof FreshSizes]?: FreshSizes[K] | undefined }): FreshSizes {
  const count = whole(1);
  const counts = { layers: count, width: count, heads: count, feedForwardWidth: count, vocabularySize: count };
  checkOptions('pretrain', sizes, { family: anything, ...counts, initializerRange: real({ above: 0 }) });
  const { layers, width } = sizes;
  if (layers === undefined || width === undefined)
    throw new RangeError(
      "pretrain: fresh weights need 'layers' and 'width'; or give 'model', a checkpoint to go on from.",
    );
  return { ...Object.fromEntries(Object.entries(sizes).filter(([, size]) => size !== undefined)), layers, width };
}
