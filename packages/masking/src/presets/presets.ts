import { checkOptions, needed, real } from '@cloze/checks';
import { informative, type PairScore } from '../choose/best-of.ts';
import { rarerMore } from '../choose/chances.ts';
import type { MaskPolicy } from '../mask-options.ts';
import type { Candidates } from '../replace/candidates.ts';
import { ngrams } from '../units/ngrams.ts';
import { pmiNgrams } from '../units/pmi-ngrams.ts';
import { spans } from '../units/spans.ts';
import { tokens } from '../units/tokens.ts';
import { words } from '../units/words.ts';

const classic = { mask: 0.8, random: 0.1, keep: 0.1 };
const maskOnly = { mask: 1, random: 0, keep: 0 };

/** BERT (Devlin et al. 2019): 15 % of tokens, Google's count (specials in the base, half to even, at least one), 80/10/10 a token. */
export const bert: MaskPolicy = {
  name: 'bert',
  about: '15 % of tokens, Google’s count, 80/10/10',

  units: tokens,
  rate: 0.15,
  rounding: 'halfEven',
  base: 'attended',
  replacement: classic,
};

/** RoBERTa as fairseq runs it (Liu et al. 2019): ⌊0.15·n + U⌋ tokens, no minimum, drawn anew each epoch. */
export const roberta: MaskPolicy = {
  name: 'roberta',
  about: '⌊0.15·n + U⌋ tokens, 80/10/10',

  units: tokens,
  rate: 0.15,
  rounding: 'stochastic',
  atLeastOne: false,
  replacement: classic,
};

/** Hugging Face's default collator: each token on its own with 15 %; a row may get none. */
export const bernoulli: MaskPolicy = {
  name: 'bernoulli',
  about: 'each token with 15 %, 80/10/10',
  units: tokens,
  rate: 0.15,
  selection: 'bernoulli',
  replacement: classic,
};

/** Chinese-BERT-wwm (Cui et al. 2019): whole words by Google's count, a word over the count is skipped, 80/10/10 a token. */
export const wholeWord: MaskPolicy = {
  ...bert,
  name: 'whole-word',
  about: 'jieba words, a word over the count skipped',
  units: words,
  overflow: 'skip',
  replacePer: 'token',
};

/** bert4keras' pretraining (RoBERTa Chinese): each whole word on its own with 15 %, 80/10/10 a token. */
export const wholeWordBernoulli: MaskPolicy = {
  ...bernoulli,
  name: 'whole-word-bernoulli',
  about: 'each jieba word with 15 %',
  units: words,
};

/** Whole words, 15 % of tokens in the mean: the last word is cut. */
export const wholeWordSplit: MaskPolicy = {
  ...wholeWord,
  name: 'whole-word-split',
  about: 'jieba words, the last one cut',
  rounding: 'stochastic',
  atLeastOne: false,
  base: 'maskable',
  overflow: 'split',
};

/** SpanBERT (Joshi et al. 2020): spans of geometric(0.2) words up to 10, ⌈0.15·n⌉ tokens, the last span cut, 80/10/10 a span. */
export const spanBert: MaskPolicy = {
  name: 'span-bert',
  about: 'spans of geometric(0.2) words, ⌈0.15·n⌉ tokens',

  units: spans(),
  rate: 0.15,
  rounding: 'ceil',
  overflow: 'split',
  replacement: classic,
  replacePer: 'unit',
};

/** Spans of geometric(0.2) tokens, 15 % of tokens in the mean. */
export const spanTokens: MaskPolicy = {
  ...spanBert,
  name: 'span-tokens',
  about: 'spans of geometric(0.2) tokens, 15 % in the mean',
  units: spans({ of: tokens }),
  rounding: 'stochastic',
  atLeastOne: false,
};

/** n-gram masking: word n-grams of 1 to 4 at 40/30/20/10 %, 80/10/10 an n-gram. */
export const ngram: MaskPolicy = {
  name: 'ngram',
  about: 'n-grams of 1 to 4 words, 40/30/20/10',
  units: ngrams(),
  rate: 0.15,
  replacement: classic,
  replacePer: 'unit',
};

/** Each n-gram of 1 to 4 words on its own with 15 %. */
export const ngramBernoulli: MaskPolicy = {
  ...ngram,
  name: 'ngram-bernoulli',
  about: 'each such n-gram with 15 %',
  selection: 'bernoulli',
  atLeastOne: false,
};

/** MacBERT (Cui et al. 2020): word n-grams; 80 % similar words (random where none is known), 10 % random, 10 % kept; no [MASK]. Needs `similar`. */
export const macBert: MaskPolicy = {
  ...ngram,
  name: 'mac-bert',
  about: 'word n-grams, similar words, no [MASK]',
  replacement: { mask: 0, random: 0.1, keep: 0.1, similar: 0.8 },
};

/** PMI masking (Levine et al. 2021): collocations of a list as units, else whole words; 15 % of tokens, 80/10/10 a unit. @param ngramIds token ids of each collocation */
export const pmi = (ngramIds: Iterable<ArrayLike<number>>): MaskPolicy => ({
  name: 'pmi',
  about: 'collocations as units, 80/10/10 a unit',
  units: pmiNgrams({ ngrams: ngramIds }),
  rate: 0.15,
  replacement: classic,
  replacePer: 'unit',
});

/** Each collocation of a list, or whole word, on its own with 15 %. @param ngramIds token ids of each collocation */
export const pmiBernoulli = (ngramIds: Iterable<ArrayLike<number>>): MaskPolicy => ({
  ...pmi(ngramIds),
  name: 'pmi-bernoulli',
  about: 'each collocation or word with 15 %',
  selection: 'bernoulli',
  atLeastOne: false,
});

/** `bernoulli` with random tokens drawn by frequency. @param frequencies of `candidatesByFrequency` */
export const byFrequency = (frequencies: Candidates): MaskPolicy => ({
  ...bernoulli,
  name: 'by-frequency',
  about: 'bernoulli, random tokens by frequency',
  candidates: frequencies,
});

/** Frequency-informed masking (Kosmopoulou et al. 2025): each token with 15 % in the mean, rarer ones more often; see `rarerMore`. @param counts how often each id occurs */
export const frequencyInformed = (counts: ArrayLike<number>): MaskPolicy => ({
  ...bernoulli,
  name: 'frequency-informed',
  about: 'each token with 15 % in the mean of a row, rarer ones more often',
  chances: rarerMore({ counts }),
});

/** InforMask (Sadeq et al. 2022): of 30 choices of 15 % of the tokens the one that says most of the others; see `informative`. @param pmi of two ids, see `pmiOfPairs` */
export const inforMask = (pmi: PairScore): MaskPolicy => ({
  ...bert,
  name: 'infor-mask',
  about: 'of 30 choices of 15 % of the tokens the one that says most of the others, by PMI',
  bestOf: informative({ pmi }),
});

/** "Should you mask 15 %?" (Wettig et al. 2023): 40 % of tokens, [MASK] only. */
export const mask40: MaskPolicy = {
  name: 'mask-40',
  about: '40 % of tokens, [MASK] only',
  units: tokens,
  rate: 0.4,
  atLeastOne: false,
  replacement: maskOnly,
};

/** 80 % of tokens, [MASK] only (Wettig et al. 2023). */
export const mask80: MaskPolicy = { ...mask40, name: 'mask-80', about: '80 % of tokens, [MASK] only', rate: 0.8 };

/** Each whole word on its own with 40 %, [MASK] only. */
export const wholeWord40: MaskPolicy = {
  ...mask40,
  name: 'whole-word-40',
  about: 'each jieba word with 40 %, [MASK] only',
  units: words,
  selection: 'bernoulli',
};

const percent = (share: number) => Number((100 * share).toPrecision(12));

/**
 * A share of tokens, [MASK] only, predicting all, fewer or more of them (Wettig et al. 2023, Table 3).
 *
 * With `predict` above `corrupt`, `mask` makes copies of each row that corrupt disjoint tokens (see `maskCopies`).
 */
export const decoupled = (options: { readonly corrupt: number; readonly predict: number }): MaskPolicy => {
  checkOptions('decoupled', options, { corrupt: needed(real()), predict: needed(real({ from: 0, to: 1 })) });
  const { corrupt, predict } = options;
  return {
    ...mask40,
    name: `decoupled-${percent(corrupt)}-${percent(predict)}`,
    about:
      predict > corrupt
        ? `copies corrupt ${percent(corrupt)} % each, predict ${percent(predict)} % together`
        : `corrupts ${percent(corrupt)} %, predicts ${percent(predict)} %`,
    rate: corrupt,
    ...(predict !== corrupt && { predictionRate: predict }),
  };
};

/** The static split of the comments on T-TA: 15 % of a row's tokens, the same in each epoch, 80/10/10; the others never. */
export const staticSplit: MaskPolicy = {
  name: 'static-split',
  about: '15 % of positions, the same in each epoch; the others never',
  units: tokens,
  rate: 0.15,
  fixed: true,
  replacement: classic,
};
