import { chunkText, encodeWithWords, normaliseText, wellFormed } from '@cloze/datasets';
import { evaluationTexts } from '@cloze/datasets/node';
import type { LoadedModel } from '@cloze/models';
import { readPoems } from '@cloze/quick-start';
import { streamFrom } from '@cloze/random';
import {
  type Encoding,
  encode,
  nativeTokenizer,
  tokenizerJson,
  trainVocabulary,
  type Vocabulary,
  vocabularyFrom,
} from '@cloze/tokenizer';
import { z } from 'zod';
import type { Lab } from './lab.ts';
import { vocabularyOf } from './open-start.ts';

/** Which text is read, and how it is cut. */
export const corpusSettings = z.strictObject({
  /** Documents read at most, taken at random with a fixed seed. */
  documents: z.int().positive(),
  /** Tokens a row, special tokens included. */
  length: z.int().min(8).max(512),
  /** `bert`: the Chinese BERT vocabulary of the data folder; a number: the most frequent tokens of the corpus. */
  vocabulary: z.union([z.literal('bert'), z.int().min(10)]),
  /** Held-out rows that are scored. */
  held: z.int().positive(),
});
export type CorpusSettings = z.infer<typeof corpusSettings>;

/** Unlabelled text, ready to be masked. */
export interface Corpus {
  readonly about: string;
  readonly vocabulary: Vocabulary;
  /** Whether BERT's lower-cased rules over the vocabulary give the ids that the rows have; an encoder's own tokenizer may have others. */
  readonly isPlain: boolean;
  readonly train: readonly Encoding[];
  readonly held: readonly Encoding[];
  /** The same rows as text. */
  readonly heldTexts: readonly string[];
  /** The training documents as text, for collocations. */
  readonly texts: readonly string[];
}

function documents(lab: Lab, limit: number): { train: string[]; held: string[]; name: string } {
  if (lab.data.root === undefined) {
    const poems = readPoems(Math.ceil(limit / 2));
    const of = (held: boolean) =>
      poems.filter((_, i) => (i % 10 === 0) === held).map(({ couplets }) => couplets.join(''));
    return { train: of(false), held: of(true), name: 'poems of chinese-poetry' };
  }
  const lines = lab.data.read('corpus/zh-modern.txt.gz').split('\n').filter(Boolean);
  // The same documents for every seed: seeds tell how much a training varies, not how much its data does.
  const random = streamFrom(8770).fork('documents');
  const some = lines.length <= limit ? lines : lines.filter(() => random.next() < limit / lines.length);
  // What the tasks are judged on must not be what the encoder was trained on.
  const judged = evaluationTexts(lab.data.root);
  const train = some.filter((text) => !judged.has(normaliseText(text)));
  const name = `zh-modern without ${some.length - train.length} documents that are dev or test texts`;
  return { train, held: lab.data.read('corpus/zh-modern.valid.txt').split('\n').filter(Boolean), name };
}

/**
 * Reads the corpus of a run: the data folder's, or poems where there is none.
 *
 * It is not streamed: all rows are held in memory with their words, for batches are drawn from all of them in random order (130,000 rows of 64 take
 * 1.1 GiB while they are read). `documents` bounds it.
 *
 * @param given an encoder to go on from: its own tokenizer cuts the text, whatever its rules
 */
export async function openCorpus(lab: Lab, settings: CorpusSettings, given?: LoadedModel): Promise<Corpus> {
  const { train, held, name } = documents(lab, settings.documents);
  const vocabulary =
    (given && vocabularyOf(given)) ??
    (settings.vocabulary === 'bert'
      ? vocabularyFrom(lab.data.read('vocab/bert-base-chinese.txt').replace(/\n$/, '').split('\n'))
      : trainVocabulary(train, { size: settings.vocabulary }));
  const tokenizer =
    given?.tokenizerOf(settings.length) ??
    nativeTokenizer(tokenizerJson(vocabulary), { maximumLength: settings.length });
  const rows = async (texts: readonly string[]) => {
    const pieces = texts.flatMap((text) => chunkText(wellFormed(text), settings.length - 2));
    const encodings = await encodeWithWords(tokenizer, pieces);
    return encodings.flatMap((encoding, i) =>
      encoding.ids.length >= 8 ? [{ encoding, text: pieces[i] as string }] : [],
    );
  };
  const encoded = (await rows(train)).map(({ encoding }) => encoding);
  const kept = (await rows(held)).slice(0, settings.held);
  const sample = train.slice(0, 50).map((text) => wellFormed(text).slice(0, settings.length - 2));
  const own = given ? await tokenizer.encodeBatch(sample) : [];
  const isPlain = own.every(({ ids }, i) => encode(vocabulary, sample[i] as string).ids.join() === ids.join());
  if (encoded.length === 0 || kept.length === 0)
    throw new Error(
      `${name}: ${encoded.length === 0 ? 'no training' : 'no held-out'} row has 8 tokens or more; there is nothing to ${encoded.length === 0 ? 'learn from' : 'judge by'}.`,
    );
  const tokens = encoded.reduce((sum, { ids }) => sum + ids.length, 0);
  return {
    about: `${name}: ${train.length} documents, ${encoded.length} rows of up to ${settings.length}, ${tokens} tokens; vocabulary ${vocabulary.tokens.length}`,
    vocabulary,
    isPlain,
    train: encoded,
    held: kept.map(({ encoding }) => encoding),
    heldTexts: kept.map(({ text }) => text),
    texts: train,
  };
}
