import { firstId, hardBatch, vocabularySize } from '../src/contract/hard-batch.ts';
import { stream } from '../src/contract/stream.ts';
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

/** A policy by name. */
export interface NamedPolicy {
  readonly name: string;
  readonly policy: MaskPolicy;
}

/** Neighbouring ids of the hard batch, so that collocations do occur. */
const { ids } = hardBatch();
export const collocations = [ids.slice(1, 4), ids.slice(4, 7), ids.slice(1, 6), ids.slice(10, 12)].map((part) => [
  ...part,
]);

const { rounding: _rounding, ...span } = spanBert;

export const policies: readonly NamedPolicy[] = [
  { name: 'bert', policy: bert },
  { name: 'roberta', policy: roberta },
  { name: 'bernoulli', policy: bernoulli },
  { name: 'wholeWord', policy: wholeWord },
  { name: 'wholeWordBernoulli', policy: wholeWordBernoulli },
  { name: 'spanBert, stochastic rounding', policy: { ...span, atLeastOne: false } },
  { name: 'spanBert', policy: spanBert },
  {
    name: 'spans, bernoulli',
    policy: { units: spans({ of: tokens }), selection: 'bernoulli', rate: 0.3 },
  },
  { name: 'spans, skip', policy: { units: spans(), overflow: 'skip', rate: 0.3 } },
  { name: 'ngram', policy: ngram },
  { name: 'ngram split', policy: { ...ngram, overflow: 'split', atLeastOne: false } },
  {
    name: 'ngrams of tokens, bernoulli',
    policy: { units: ngrams({ of: tokens }), selection: 'bernoulli' },
  },
  { name: 'macBert', policy: macBert },
  { name: 'pmi', policy: pmi(collocations) },
  { name: 'pmi, bernoulli', policy: { ...pmi(collocations), selection: 'bernoulli' } },
  { name: 'mask40', policy: mask40 },
  { name: 'decoupled 40/20', policy: decoupled({ corrupt: 0.4, predict: 0.2 }) },
  { name: 'all', policy: { rate: 1, units: words } },
  { name: 'none', policy: { rate: 0 } },
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
