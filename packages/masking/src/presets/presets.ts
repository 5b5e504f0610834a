import type { MaskPolicy } from '../mask-options.ts';
import { ngrams } from '../units/ngrams.ts';
import { pmiNgrams } from '../units/pmi-ngrams.ts';
import { spans } from '../units/spans.ts';
import { tokens } from '../units/tokens.ts';
import { words } from '../units/words.ts';

const classic = { mask: 0.8, random: 0.1, keep: 0.1 };
const maskOnly = { mask: 1, random: 0, keep: 0 };

/** BERT (Devlin et al. 2019): 15 % of tokens, Google's count (specials in the base, half to even, at least one), 80/10/10 a token. */
export const bert: MaskPolicy = {
  units: tokens,
  rate: 0.15,
  rounding: 'halfEven',
  base: 'attended',
  replacement: classic,
};

/** RoBERTa as fairseq runs it (Liu et al. 2019): ⌊0.15·n + U⌋ tokens, no minimum, drawn anew each epoch. */
export const roberta: MaskPolicy = {
  units: tokens,
  rate: 0.15,
  rounding: 'stochastic',
  atLeastOne: false,
  replacement: classic,
};

/** Hugging Face's default collator: each token on its own with 15 %; a row may get none. */
export const bernoulli: MaskPolicy = { units: tokens, rate: 0.15, selection: 'bernoulli', replacement: classic };

/** Chinese-BERT-wwm (Cui et al. 2019): whole words by Google's count, a word over the count is skipped, 80/10/10 a token. */
export const wholeWord: MaskPolicy = { ...bert, units: words, overflow: 'skip', replacePer: 'token' };

/** bert4keras' pretraining (RoBERTa Chinese): each whole word on its own with 15 %, 80/10/10 a token. */
export const wholeWordBernoulli: MaskPolicy = { ...bernoulli, units: words };

/** SpanBERT (Joshi et al. 2020): spans of geometric(0.2) words up to 10, ⌈0.15·n⌉ tokens, the last span cut, 80/10/10 a span. */
export const spanBert: MaskPolicy = {
  units: spans(),
  rate: 0.15,
  rounding: 'ceil',
  overflow: 'split',
  replacement: classic,
  replacePer: 'unit',
};

/** n-gram masking: word n-grams of 1 to 4 at 40/30/20/10 %, 80/10/10 an n-gram. */
export const ngram: MaskPolicy = { units: ngrams(), rate: 0.15, replacement: classic, replacePer: 'unit' };

/** MacBERT (Cui et al. 2020): word n-grams; 80 % similar words (random where none is known), 10 % random, 10 % kept; no [MASK]. Needs `similar`. */
export const macBert: MaskPolicy = { ...ngram, replacement: { mask: 0, random: 0.1, keep: 0.1, similar: 0.8 } };

/** PMI masking (Levine et al. 2021): collocations of a list as units, else whole words; 15 % of tokens, 80/10/10 a unit. @param ngramIds token ids of each collocation */
export const pmi = (ngramIds: Iterable<ArrayLike<number>>): MaskPolicy => ({
  units: pmiNgrams({ ngrams: ngramIds }),
  rate: 0.15,
  replacement: classic,
  replacePer: 'unit',
});

/** "Should you mask 15 %?" (Wettig et al. 2023): 40 % of tokens, [MASK] only. */
export const mask40: MaskPolicy = { units: tokens, rate: 0.4, atLeastOne: false, replacement: maskOnly };

/** A share of tokens, [MASK] only, predicting all or fewer of them (Wettig et al. 2023, Table 3). For `predict` above `corrupt` use `maskCopies`. */
export const decoupled = ({
  corrupt,
  predict,
}: {
  readonly corrupt: number;
  readonly predict: number;
}): MaskPolicy => ({
  ...mask40,
  rate: corrupt,
  ...(predict < corrupt ? { predictionRate: predict } : {}),
});
