import { shown } from '@cloze/checks';
import {
  candidateIds,
  candidatesByFrequency,
  isTargetPolicy,
  ngramIds,
  type PmiVocabulary,
  type Policy,
  type PresetGiven,
  pmiOfPairs,
  policy,
  presetNamed,
  presets,
  type SimilarWords,
  similarByWordVectors,
  type WordVectors,
} from '@cloze/masking';
import type { NativeTokenizer } from '@cloze/tokenizer';
import { hashOf } from '../hash-of.ts';
import type { PretrainSettings } from './pretrain-settings.ts';

/** What presets are made of besides the tokenizer. */
export interface MaskSources {
  /** The corpus from its beginning. */
  readonly texts: () => AsyncIterable<string>;
  /** A list of `cloze pmi build`, for `pmi` and `pmi-bernoulli`, and its text. */
  readonly collocations?: (() => { readonly list: PmiVocabulary; readonly text: string }) | undefined;
  /** Word vectors, for `mac-bert`, and the text they were read from. */
  readonly wordVectors?: (() => { readonly vectors: WordVectors; readonly text: string }) | undefined;
}

/** The text and the tokenizer that a preset is told of. */
interface MaskedCorpus extends MaskSources {
  readonly tokenizer: NativeTokenizer;
  readonly unknownId: number;
}

/** What is hidden and asked, and what belongs to it. */
interface ChosenMask {
  readonly policy: Policy | undefined;
  readonly similar?: SimilarWords;
  /** Hashes of the files that it was made of: another list is another run. */
  readonly sources: Readonly<Record<string, string>>;
}

/** Characters of the corpus that tokens are counted in, and pairs of them, of which there are many more. */
const countedCharacters = 10_000_000;
const pairedCharacters = 1_000_000;

const textsAtOnce = 1024;

/** Ids of words, special tokens left out, all encoded at once: what needs them asks word by word. */
async function idsOfWords(tokenizer: NativeTokenizer, words: Iterable<string>): Promise<(word: string) => Int32Array> {
  const all = [...new Set(words)];
  const known = new Map<string, Int32Array>();
  for (let from = 0; from < all.length; from += textsAtOnce) {
    const some = all.slice(from, from + textsAtOnce);
    for (const [i, { ids, special }] of (await tokenizer.encodeBatch(some)).entries())
      known.set(
        some[i] as string,
        Int32Array.from(ids).filter((_, place) => !special[place]),
      );
  }
  return (word) => known.get(word) ?? new Int32Array(0);
}

/** Ids of the texts in the beginning of the corpus, special tokens left out. */
async function* idsOfTexts({ texts, tokenizer }: MaskedCorpus, most: number): AsyncGenerator<Int32Array> {
  let [waiting, characters]: [string[], number] = [[], 0];
  async function* encoded() {
    for (const { ids, special } of await tokenizer.encodeBatch(waiting))
      yield Int32Array.from(ids).filter((_, place) => !special[place]);
    waiting = [];
  }
  for await (const text of texts()) {
    waiting.push(text);
    characters += text.length;
    if (waiting.length >= textsAtOnce) yield* encoded();
    if (characters >= most) break;
  }
  if (waiting.length > 0) yield* encoded();
}

/** How often tokens occur in the beginning of the corpus. */
async function countsOf(from: MaskedCorpus): Promise<Float64Array> {
  const counts = new Float64Array(from.tokenizer.size);
  for await (const ids of idsOfTexts(from, countedCharacters))
    for (const id of ids) counts[id] = (counts[id] as number) + 1;
  return counts;
}

/**
 * The policy that a pretraining asks for: one that is given whole, or a preset by its name, made of what its files say.
 *
 * @throws {TypeError} for what is neither {RangeError} for a name that is no preset, options that it does not have, or a file that it needs and was not given
 */
export async function maskOf(asked: PretrainSettings['mask'], from: MaskedCorpus): Promise<ChosenMask> {
  if (asked !== undefined && (typeof asked !== 'object' || asked === null))
    throw new TypeError(
      `pretrain: mask must be a policy of @cloze/masking, or { preset: 'whole-word' } and its like; got ${shown(asked)}.`,
    );
  if (asked === undefined || !('preset' in asked)) return { policy: asked, sources: {} };
  const { preset: name, ...more } = asked;
  const needs = presets.find((preset) => preset.name === name)?.needs ?? [];
  const { collocations, wordVectors, tokenizer, unknownId } = from;
  const lacking = [
    ...(needs.includes('ngrams') && collocations === undefined
      ? ["'collocations', a list that cloze pmi build wrote"]
      : []),
    ...(needs.includes('similar') && wordVectors === undefined
      ? ["'wordVectors', a file in word2vec's text format"]
      : []),
  ];
  if (lacking.length > 0) throw new RangeError(`pretrain: the preset '${name}' needs ${lacking.join(' and ')}.`);
  let given: PresetGiven = {};
  const sources: Record<string, string> = {};
  if (needs.includes('ngrams') && collocations !== undefined) {
    const { list, text } = collocations();
    const ids = await idsOfWords(
      tokenizer,
      list.entries.flatMap(({ words }) => words),
    );
    given = { ...given, ngrams: ngramIds(list, ids, unknownId) };
    sources.collocations = await hashOf(text);
  }
  if (needs.includes('similar') && wordVectors !== undefined) {
    const { vectors, text } = wordVectors();
    given = {
      ...given,
      similar: similarByWordVectors(vectors, { tokenize: await idsOfWords(tokenizer, vectors.words), unknownId }),
    };
    sources.wordVectors = await hashOf(text);
  }
  if (needs.includes('pairs')) {
    const texts: Int32Array[] = [];
    for await (const ids of idsOfTexts(from, pairedCharacters)) texts.push(ids);
    given = { ...given, pairs: pmiOfPairs(texts) };
    sources.pairs = await hashOf(texts.map((ids) => Array.from(ids)));
  }
  if (needs.includes('counts')) {
    const counts = await countsOf(from);
    given = { ...given, counts };
    sources.counts = await hashOf(Array.from(counts));
  }
  if (needs.includes('frequencies')) {
    const tokens = Array.from({ length: tokenizer.size }, (_, id) => tokenizer.tokenOf(id) ?? '');
    const counts = await countsOf(from);
    given = { ...given, frequencies: candidatesByFrequency({ counts, ids: candidateIds(tokens) }) };
    sources.frequencies = await hashOf(Array.from(counts));
  }
  const made = presetNamed(name, given);
  const chosen: Omit<ChosenMask, 'policy'> = { sources, ...(given.similar && { similar: given.similar }) };
  if (Object.keys(more).length === 0) return { ...chosen, policy: made };
  if (isTargetPolicy(made))
    throw new RangeError(`pretrain: the preset '${name}' hides no tokens and takes no options.`);
  return { ...chosen, policy: policy({ ...made, ...more, name }) };
}
