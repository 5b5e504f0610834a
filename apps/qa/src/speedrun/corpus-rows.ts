import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { streamTexts } from '@cloze/datasets/node';
import { bert, type MaskableBatch, type MaskedBatch, mask } from '@cloze/masking';
import { integerBelow, streamFrom } from '@cloze/random';
import { nativeTokenizer, tokenizerJson, trainVocabulary, type Vocabulary } from '@cloze/tokenizer';
import { corpusFile } from '../perf/corpus.ts';
import { poems } from '../poems.ts';
import type { Recipe } from './sides.ts';

/** What all sides learn from and are judged by. */
export interface SpeedrunCorpus {
  readonly from: string;
  readonly vocabulary: Vocabulary;
  /** Full rows, as run_mlm lays texts behind one another: `[CLS] text [SEP] [CLS] text [SEP] …`, cut every `length` tokens; `[rows · length]`. */
  readonly rows: Int32Array;
  readonly heldOut: Int32Array;
  readonly length: number;
}

/** Texts to learn from and held-out ones: of a data folder, else every tenth poem kept aside. */
async function textsOf(data: string | undefined, most: number) {
  const [train, heldOut]: [string[], string[]] = [[], []];
  if (data === undefined) {
    for (const [i, { couplets }] of poems(most).entries()) (i % 10 === 0 ? heldOut : train).push(couplets.join(''));
    return { from: 'classical poems', train, heldOut };
  }
  const valid = join(data, 'corpus', 'zh-modern.valid.txt');
  for await (const text of streamTexts(corpusFile(data))) if (train.push(text) === most) break;
  if (existsSync(valid)) for await (const text of streamTexts(valid)) heldOut.push(text);
  // Without a held-out file the last texts are kept aside.
  else for (const text of train.splice(-Math.ceil(train.length / 20))) heldOut.push(text);
  return { from: 'modern Chinese (zh-modern)', train, heldOut };
}

/** Rows of one stream of tokens; what is left over at the end is dropped. */
async function rowsOf(vocabulary: Vocabulary, texts: readonly string[], length: number): Promise<Int32Array> {
  const tokenizer = nativeTokenizer(tokenizerJson(vocabulary));
  const parts: ArrayLike<number>[] = [];
  let total = 0;
  for (let from = 0; from < texts.length; from += 1024)
    for (const { ids } of await tokenizer.encodeBatch(texts.slice(from, from + 1024))) {
      parts.push(ids);
      total += ids.length;
    }
  const rows = new Int32Array(total);
  let at = 0;
  for (const part of parts) {
    rows.set(part, at);
    at += part.length;
  }
  return rows.subarray(0, Math.floor(total / length) * length);
}

/** Opens the corpus. @param data a data folder with corpus/, default poems @param options.texts texts to learn from at most */
export async function openSpeedrunCorpus(
  data: string | undefined,
  options: {
    readonly vocabulary: number;
    readonly length: number;
    readonly heldOutRows: number;
    readonly texts?: number;
  },
): Promise<SpeedrunCorpus> {
  const { length, heldOutRows, texts = data === undefined ? 40_000 : 20_000 } = options;
  const { from, train, heldOut } = await textsOf(data, texts);
  const vocabulary = trainVocabulary(train, { size: options.vocabulary });
  const rows = await rowsOf(vocabulary, train, length);
  const judged = (await rowsOf(vocabulary, heldOut, length)).subarray(0, heldOutRows * length);
  if (rows.length === 0 || judged.length === 0)
    throw new RangeError(`speedrun: ${from} has too little text for rows of ${length} tokens.`);
  return { from, vocabulary, rows, heldOut: judged, length };
}

/** Some rows of the corpus as a batch, without words, for policies of tokens. */
function batchOf({ rows, length, vocabulary }: SpeedrunCorpus, chosen: readonly number[]): MaskableBatch {
  const ids = new Int32Array(chosen.length * length);
  for (const [i, row] of chosen.entries()) ids.set(rows.subarray(row * length, (row + 1) * length), i * length);
  const special = new Set(Object.values(vocabulary.special));
  return {
    shape: [chosen.length, length],
    ids,
    segments: new Int32Array(ids.length),
    attend: new Uint8Array(ids.length).fill(1),
    maskable: Uint8Array.from(ids, (id) => (special.has(id) ? 0 : 1)),
    wordNumbers: new Int32Array(ids.length).fill(-1),
  };
}

const settingOf = ({ special, tokens }: Vocabulary) => ({
  maskId: special.mask,
  candidates: { from: Object.keys(special).length, to: tokens.length },
});

/** Rows a step's batch has. */
export function batchAt({ ramp = [], batch, steps }: Pick<Recipe, 'ramp' | 'batch' | 'steps'>, step: number): number {
  return ramp.find(({ until }) => step <= until * steps)?.batch ?? batch;
}

/** The masked batches of steps 1, 2, …: rows in an order drawn anew each epoch, BERT's masks; nothing but the seed decides. */
export function* trainingBatches(corpus: SpeedrunCorpus, recipe: Recipe, seed: number): Generator<MaskedBatch> {
  const count = corpus.rows.length / corpus.length;
  const random = streamFrom(seed).fork('rows');
  const order = Array.from({ length: count }, (_, row) => row);
  let next = count;
  const take = () => {
    if (next === count) {
      for (let i = count - 1; i > 0; i--) {
        const j = integerBelow(random, i + 1);
        [order[i], order[j]] = [order[j] as number, order[i] as number];
      }
      next = 0;
    }
    return order[next++] as number;
  };
  const masks = streamFrom(seed).fork('masks');
  for (let step = 1; ; step++) {
    const batch = batchOf(corpus, Array.from({ length: batchAt(recipe, step) }, take));
    const policy = { ...bert, rate: recipe.rate };
    yield mask(batch, policy, { ...settingOf(corpus.vocabulary), randomOf: (row) => masks.fork(step, row) });
  }
}

/** The held-out rows with 15 % of their tokens asked for, the same whoever is judged. */
export function heldOutBatch(corpus: SpeedrunCorpus): MaskedBatch {
  const held = { ...corpus, rows: corpus.heldOut };
  const all = Array.from({ length: held.rows.length / corpus.length }, (_, row) => row);
  const masks = streamFrom(1).fork('held out');
  return mask(batchOf(held, all), bert, { ...settingOf(corpus.vocabulary), randomOf: (row) => masks.fork(row) });
}
