import type { MaskableBatch, MaskedBatch, MaskPolicy, RandomStream, SimilarWords } from '@cloze/masking';
import * as masking from '@cloze/masking';

/** What policies need to know of a vocabulary and a corpus. */
export interface PolicySetting {
  readonly maskId: number;
  readonly padId: number;
  /** Ids that random replacement draws from. */
  readonly candidates: Int32Array;
  /** Count of each id, for frequency-weighted draws. */
  readonly counts: ArrayLike<number>;
  readonly similar: SimilarWords;
  /** Token ids of collocations. */
  readonly ngrams: readonly ArrayLike<number>[];
}

/** A policy of the bench by name. */
export interface NamedPolicy {
  readonly name: string;
  readonly about: string;
  /** For policies of `maskBatch`, whose budget can be foretold. */
  readonly policy?: MaskPolicy;
  /** `next`: a target is the token behind its position. `replaced`: targets are 0 and 1. `shorter`: rows lose tokens. Default: targets are the tokens at their positions. */
  readonly kind?: 'next' | 'replaced' | 'shorter';
  readonly run: (batch: MaskableBatch, randomOf: (row: number) => RandomStream) => MaskedBatch;
}

/** What is left of dropped rows, told as inputs: dropped tokens are pads with a target. */
function dropped(batch: MaskableBatch, kept: masking.KeptBatch, padId: number): MaskedBatch {
  const gone = batch.attend.map((real, at) => (real && kept.restore[at] === kept.shape[1] ? 1 : 0));
  const marked = masking.targetEveryToken({ ...batch, maskable: gone });
  return { ...marked, ids: batch.ids.map((id, at) => (gone[at] ? padId : id)) };
}

/** Single texts as source and target: the second half of each row's real tokens becomes segment 1. */
function inHalves(batch: MaskableBatch): MaskableBatch {
  if (batch.segments.includes(1)) return batch;
  const [rows, length] = batch.shape;
  const segments = new Int32Array(batch.segments.length);
  for (let row = 0; row < rows; row++) {
    const real = batch.attend.subarray(row * length, (row + 1) * length).reduce((a, b) => a + b, 0);
    segments.fill(1, row * length + Math.ceil(real / 2), row * length + real);
  }
  return { ...batch, segments };
}

/** Every policy: recipes of the papers, variations that articles and readers of the project name, and the other targets. */
export function maskPolicies({ maskId, padId, candidates, counts, similar, ngrams }: PolicySetting): NamedPolicy[] {
  const byFrequency = masking.candidatesByFrequency({ counts, ids: candidates });
  const of = (
    name: string,
    about: string,
    policy: MaskPolicy,
    drawFrom: masking.Candidates = candidates,
  ): NamedPolicy => ({
    ...{ name, about, policy },
    run: (batch, randomOf) => masking.maskBatch(batch, { ...policy, maskId, candidates: drawFrom, similar, randomOf }),
  });
  const copies = (corrupt: number, predict: number): NamedPolicy => ({
    name: `decoupled-${100 * corrupt}-${100 * predict}`,
    about: `copies corrupt ${100 * corrupt} % each, predict ${100 * predict} % together`,
    run: (batch, randomOf) =>
      masking.maskCopies(batch, {
        ...masking.decoupled({ corrupt, predict: corrupt }),
        ...{ predict, maskId, candidates, randomOf },
      }),
  });
  const { spanBert, ngram, bernoulli, mask40, decoupled, words, tokens, spans } = masking;
  const fair = { rounding: 'stochastic', atLeastOne: false } as const;
  return [
    of('bert', '15 % of tokens, Google’s count, 80/10/10', masking.bert),
    of('roberta', '⌊0.15·n + U⌋ tokens, 80/10/10', masking.roberta),
    of('bernoulli', 'each token with 15 %, 80/10/10', bernoulli),
    of('by-frequency', 'bernoulli, random tokens by frequency', bernoulli, byFrequency),
    of('whole-word', 'jieba words, a word over the count skipped', masking.wholeWord),
    of('whole-word-bernoulli', 'each jieba word with 15 %', masking.wholeWordBernoulli),
    of('whole-word-split', 'jieba words, the last one cut', {
      ...masking.wholeWord,
      ...fair,
      base: 'maskable',
      overflow: 'split',
    }),
    of('ngram', 'n-grams of 1 to 4 words, 40/30/20/10', ngram),
    of('ngram-bernoulli', 'each such n-gram with 15 %', { ...ngram, selection: 'bernoulli', atLeastOne: false }),
    of('span-bert', 'spans of geometric(0.2) words, ⌈0.15·n⌉ tokens', spanBert, byFrequency),
    of('span-tokens', 'spans of geometric(0.2) tokens, 15 % in the mean', {
      ...spanBert,
      ...fair,
      units: spans({ of: tokens }),
    }),
    of('mac-bert', 'word n-grams, similar words, no [MASK]', masking.macBert),
    of('pmi', 'collocations as units, 80/10/10 a unit', masking.pmi(ngrams)),
    of('pmi-bernoulli', 'each collocation or word with 15 %', {
      ...masking.pmi(ngrams),
      selection: 'bernoulli',
      atLeastOne: false,
    }),
    of('mask-40', '40 % of tokens, [MASK] only', mask40),
    of('mask-80', '80 % of tokens, [MASK] only', { ...mask40, rate: 0.8 }),
    of('whole-word-40', 'each jieba word with 40 %, [MASK] only', {
      ...mask40,
      units: words,
      selection: 'bernoulli',
      rate: 0.4,
    }),
    of('decoupled-40-20', 'corrupts 40 %, predicts half of it', decoupled({ corrupt: 0.4, predict: 0.2 })),
    ...[copies(0.2, 0.4), copies(0.1, 0.4), copies(0.05, 0.4)],
    {
      name: 'static-split',
      about: '15 % of positions, the same in each epoch; the others never',
      run: (batch, randomOf) => {
        const { training } = masking.splitMaskable(batch, { randomOf });
        return masking.maskBatch(training, { rate: 1, maskId, candidates, randomOf });
      },
    },
    { name: 't-ta', about: 'every token, inputs unchanged', run: (batch) => masking.targetEveryToken(batch) },
    {
      name: 'left-to-right',
      about: 'each token predicts the next',
      kind: 'next',
      run: (batch) => masking.predictNext(batch),
    },
    {
      name: 'prefix',
      about: 'UniLM: segment 1 token by token, segment 0 given; a single text is cut in the middle',
      kind: 'next',
      run: (batch) => masking.predictPrefix(inHalves(batch)),
    },
    {
      name: 'permutation',
      about: 'XLNet: the last sixth of a random order',
      run: (batch, randomOf) => masking.predictPermuted(batch, { randomOf }),
    },
    {
      name: 'electra',
      about: 'masked tokens sampled again (here by frequency), each token judged',
      kind: 'replaced',
      run: (batch, randomOf) => {
        const masked = masking.maskBatch(batch, { ...mask40, rate: 0.15, maskId, candidates, randomOf });
        const samples = masked.targets.slice();
        for (let row = 0; row < masked.shape[0]; row++) {
          const random = randomOf(row);
          for (let slot = row * masked.slots; slot < (row + 1) * masked.slots; slot++)
            if (masked.weights[slot]) samples[slot] = byFrequency.draw(random);
        }
        return masking.replacedTokens(batch, masked, { samples });
      },
    },
    {
      name: 'mae',
      about: '75 % of tokens removed from the encoder, all of them predicted',
      run: (batch, randomOf) => masking.removeTokens(batch, { padId, randomOf }).targets,
    },
    {
      name: 'drop-token',
      about: 'a tenth of the tokens dropped, nothing predicted',
      kind: 'shorter',
      run: (batch, randomOf) => dropped(batch, masking.dropTokens(batch, { padId, randomOf }), padId),
    },
  ];
}

/** Policies by name, or all. @throws naming the policies there are */
export function choosePolicies(all: readonly NamedPolicy[], name: string): readonly NamedPolicy[] {
  if (name === 'all') return all;
  const names = name.split(',');
  const chosen = all.filter((policy) => names.includes(policy.name));
  if (chosen.length !== new Set(names).size)
    throw new RangeError(`--policy must be all or among ${all.map((policy) => policy.name).join(', ')}; got ${name}.`);
  return chosen;
}
