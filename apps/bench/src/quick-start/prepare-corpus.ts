import { encodeWithWords } from '@cloze/datasets';
import type { Poem } from '@cloze/datasets/node';
import {
  type Encoding,
  type NativeTokenizer,
  nativeTokenizer,
  tokenizerJson,
  trainVocabulary,
  type Vocabulary,
} from '@cloze/tokenizer';
import type { Labelled } from './fine-tune.ts';
import type { Plan } from './plan.ts';
import { type Split, splitOf } from './split-of.ts';

/** Poems as a quick start reads them. */
export interface Corpus {
  readonly vocabulary: Vocabulary;
  /** `tokenizer.json`, for whoever opens the encoders later. */
  readonly tokenizerFile: string;
  readonly tokenizer: NativeTokenizer;
  /** Pairs of couplets, the rows of pretraining, with jieba's words. */
  readonly training: readonly Encoding[];
  /** The same rows as text. */
  readonly trainingTexts: readonly string[];
  /** Pairs of couplets by authors never seen in training: what is scored. */
  readonly held: readonly Encoding[];
  /** Whole poems with their dynasty: 0 Tang, 1 Song, as many of each. */
  readonly labelled: Readonly<Record<'train' | 'test', readonly Labelled[]>>;
}

/**
 * Splits poems by author, learns a vocabulary from the training part, and encodes everything that is read.
 *
 * @throws {RangeError} for a corpus so small that a split is empty
 */
export async function prepareCorpus(poems: readonly Poem[], plan: Plan): Promise<Corpus> {
  const of = (split: Split) => poems.filter(({ author }) => splitOf(author) === split);
  const vocabulary = trainVocabulary(
    of('train').map(({ couplets }) => couplets.join('')),
    { size: plan.vocabulary },
  );
  const tokenizerFile = tokenizerJson(vocabulary);
  const pairs = (chosen: readonly Poem[]) =>
    chosen.flatMap(({ couplets }) =>
      couplets.flatMap((line, i) => (i % 2 === 0 ? [line + (couplets[i + 1] ?? '')] : [])),
    );
  const trainingTexts = pairs(of('train'));
  const short = nativeTokenizer(tokenizerFile, { maximumLength: plan.length });
  const rows = (texts: readonly string[]) => encodeWithWords(short, texts);
  const whole = nativeTokenizer(tokenizerFile, { maximumLength: plan.longest });
  const balanced = async (split: 'train' | 'test'): Promise<Labelled[]> => {
    const classes = (['tang', 'song'] as const).map((dynasty) => of(split).filter((poem) => poem.dynasty === dynasty));
    const each = Math.min(plan.labelled[split], ...classes.map(({ length }) => length));
    if (each === 0)
      throw new RangeError(
        `prepareCorpus: ${poems.length} poems leave no ${split} poem of one dynasty (authors are split, not poems); give it more.`,
      );
    const chosen = classes.flatMap((poemsOfOne, label) => poemsOfOne.slice(0, each).map((poem) => ({ poem, label })));
    const encodings = await whole.encodeBatch(chosen.map(({ poem }) => poem.couplets.join('')));
    return chosen.map(({ label }, i) => ({ encoding: encodings[i] as Encoding, label }));
  };
  return {
    vocabulary,
    tokenizerFile,
    tokenizer: whole,
    training: await rows(trainingTexts),
    trainingTexts,
    held: await rows(pairs(of('valid')).slice(0, plan.scored)),
    labelled: { train: await balanced('train'), test: await balanced('test') },
  };
}
