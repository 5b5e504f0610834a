import {
  bernoulli,
  bert,
  decoupled,
  type MaskPolicy,
  macBert,
  mask40,
  ngram,
  ngrams,
  pmi,
  roberta,
  similarByEmbedding,
  spanBert,
  spans,
  tokens,
  wholeWord,
  wholeWordBernoulli,
  words,
} from '../src/index.ts';
import { firstId, hardBatch, vocabularySize } from './hard-batch.ts';
import { stream } from './stream.ts';

/** A policy and what can be said of its realised rate. */
export interface NamedPolicy {
  readonly name: string;
  readonly policy: MaskPolicy;
  /** `exact`: the mean over draws is `rate` of the maskable tokens; `below`: never more than the budget, short by less than a unit. */
  readonly mean: 'exact' | 'below';
  /** Longest unit in tokens that is chosen on its own: n tokens vary no more than n/longest independent draws of that share. Default 1. */
  readonly longest?: number;
}

/** Neighbouring ids of the hard batch, so that collocations do occur. */
const { ids } = hardBatch();
const collocations = [ids.slice(1, 4), ids.slice(4, 7), ids.slice(1, 6), ids.slice(10, 12)].map((part) => [...part]);

const { rounding: _rounding, ...span } = spanBert;

export const policies: readonly NamedPolicy[] = [
  { name: 'bert', policy: bert, mean: 'below' },
  { name: 'roberta', policy: roberta, mean: 'exact' },
  { name: 'bernoulli', policy: bernoulli, mean: 'exact' },
  { name: 'wholeWord', policy: wholeWord, mean: 'below' },
  { name: 'wholeWordBernoulli', policy: wholeWordBernoulli, mean: 'exact', longest: 9 },
  { name: 'spanBert, stochastic rounding', policy: { ...span, atLeastOne: false }, mean: 'exact' },
  { name: 'spanBert', policy: spanBert, mean: 'below' },
  {
    name: 'spans, bernoulli',
    policy: { units: spans({ of: tokens }), selection: 'bernoulli', rate: 0.3 },
    mean: 'exact',
    longest: 10,
  },
  { name: 'spans, skip', policy: { units: spans(), overflow: 'skip', rate: 0.3 }, mean: 'below' },
  { name: 'ngram', policy: ngram, mean: 'below' },
  { name: 'ngram split', policy: { ...ngram, overflow: 'split', atLeastOne: false }, mean: 'exact' },
  {
    name: 'ngrams of tokens, bernoulli',
    policy: { units: ngrams({ of: tokens }), selection: 'bernoulli' },
    mean: 'exact',
    longest: 4,
  },
  { name: 'macBert', policy: macBert, mean: 'below' },
  { name: 'pmi', policy: pmi(collocations), mean: 'below' },
  { name: 'pmi, bernoulli', policy: { ...pmi(collocations), selection: 'bernoulli' }, mean: 'exact', longest: 9 },
  { name: 'mask40', policy: mask40, mean: 'exact' },
  { name: 'decoupled 40/20', policy: decoupled({ corrupt: 0.4, predict: 0.2 }), mean: 'exact' },
  { name: 'all', policy: { rate: 1, units: words }, mean: 'exact' },
  { name: 'none', policy: { rate: 0 }, mean: 'exact' },
];

const width = 4;
const random = stream(99);
/** Similar words from a random table. */
export const similar = similarByEmbedding({
  table: Float32Array.from({ length: vocabularySize * width }, () => random.next() - 0.5),
  width,
  ids: Int32Array.from({ length: vocabularySize - firstId }, (_, i) => firstId + i),
  count: 3,
});
