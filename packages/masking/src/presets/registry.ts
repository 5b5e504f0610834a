import { anything, checkOptions, checkText, nearestName, type Rules } from '@cloze/checks';
import type { PairScore } from '../choose/best-of.ts';
import type { candidatesByFrequency } from '../replace/candidates.ts';
import type { SimilarWords } from '../replace/similar-words.ts';
import { isTargetPolicy, type Policy } from '../targets/target-policy.ts';
import * as nextPresets from './next-presets.ts';
import * as tokenPresets from './presets.ts';
import * as targetPresets from './target-presets.ts';

/** What a preset may need to be told of a corpus. */
export interface PresetGiven {
  /** Token ids of each collocation, e.g. of a `buildPmiVocabulary` list. */
  readonly ngrams?: Iterable<ArrayLike<number>>;
  /** Similar words; `mask` takes them too. */
  readonly similar?: SimilarWords;
  /** Ids drawn in proportion to their counts. */
  readonly frequencies?: ReturnType<typeof candidatesByFrequency>;
  /** How often each id occurs. */
  readonly counts?: ArrayLike<number>;
  /** What two ids tell of each other, as `pmiOfPairs` gives it. */
  readonly pairs?: PairScore;
}

/** A policy of the literature by name. */
export interface Preset {
  readonly name: string;
  readonly about: string;
  /** What must be given. */
  readonly needs: readonly (keyof PresetGiven)[];
  /** The policy. @throws {RangeError} naming what is needed and was not given */
  readonly policyFrom: (given?: PresetGiven) => Policy;
}

const how: Readonly<Record<keyof PresetGiven, string>> = {
  ngrams: 'token ids of each collocation, see buildPmiVocabulary',
  similar: 'similar words, see similarByEmbedding and similarByWordVectors',
  frequencies: 'ids drawn by their counts, see candidatesByFrequency',
  counts: 'how often each id occurs',
  pairs: 'what two ids tell of each other, see pmiOfPairs',
};

/** What is given to a preset must be. */
const givenRules: Rules<PresetGiven> = {
  ngrams: anything,
  similar: anything,
  frequencies: anything,
  counts: anything,
  pairs: anything,
};

const plain = (policy: Policy, needs: readonly (keyof PresetGiven)[] = []): Preset => made(policy, needs, () => policy);

/** A preset made of what is given; name and about are those it has with nothing in it. */
function made(
  { name = '', about = '' }: Policy,
  needs: readonly (keyof PresetGiven)[],
  policyFrom: (given: Required<PresetGiven>) => Policy,
): Preset {
  return {
    name,
    about,
    needs,
    policyFrom: (given = {}) => {
      checkOptions(`preset '${name}'`, given, givenRules);
      const missing = needs.filter((need) => given[need] === undefined);
      if (missing.length > 0)
        throw new RangeError(
          `preset '${name}' needs ${missing.map((need) => `${need} (${how[need]})`).join(' and ')}.`,
        );
      return policyFrom(given as Required<PresetGiven>);
    },
  };
}

const { bert, roberta, bernoulli, wholeWord, wholeWordBernoulli, wholeWordSplit, wholeWord40 } = tokenPresets;
const { ngram, ngramBernoulli, spanBert, spanTokens, macBert, mask40, mask80, decoupled, staticSplit } = tokenPresets;
const { byFrequency, pmi, pmiBernoulli, frequencyInformed, inforMask } = tokenPresets;
const { mntp, gptBert } = nextPresets;
const {
  diffusion,
  bimodalDiffusion,
  frequencyDiffusion,
  everyToken,
  nextToken,
  prefixTokens,
  permutedTokens,
  electra,
  removedTokens,
  droppedTokens,
} = targetPresets;
const noDraw = { draw: () => 0 };

/** Every preset: policies of the papers, variations that articles and readers of the project name, and the other targets. */
export const presets: readonly Preset[] = [
  ...[bert, roberta, bernoulli].map((policy) => plain(policy)),
  made(byFrequency(noDraw), ['frequencies'], ({ frequencies }) => byFrequency(frequencies)),
  ...[wholeWord, wholeWordBernoulli, wholeWordSplit, ngram, ngramBernoulli].map((policy) => plain(policy)),
  ...[spanBert, spanTokens].map((policy) => plain(policy)),
  plain(macBert, ['similar']),
  made(pmi([]), ['ngrams'], ({ ngrams }) => pmi(ngrams)),
  made(pmiBernoulli([]), ['ngrams'], ({ ngrams }) => pmiBernoulli(ngrams)),
  ...[mask40, mask80, wholeWord40].map((policy) => plain(policy)),
  ...(
    [
      [0.4, 0.2],
      [0.2, 0.4],
      [0.1, 0.4],
      [0.05, 0.4],
    ] as const
  ).map(([corrupt, predict]) => plain(decoupled({ corrupt, predict }))),
  made(frequencyInformed([1]), ['counts'], ({ counts }) => frequencyInformed(counts)),
  made(
    inforMask(() => 0),
    ['pairs'],
    ({ pairs }) => inforMask(pairs),
  ),
  ...[staticSplit, diffusion, bimodalDiffusion].map((policy) => plain(policy)),
  made(frequencyDiffusion([1]), ['counts'], ({ counts }) => frequencyDiffusion(counts)),
  ...[everyToken, nextToken, mntp, gptBert(), prefixTokens, permutedTokens].map((policy) => plain(policy)),
  made(electra(noDraw), ['frequencies'], ({ frequencies }) => electra(frequencies)),
  ...[removedTokens, droppedTokens].map((policy) => plain(policy)),
];

/**
 * The policy of a preset by its name, e.g. `whole-word`, `pmi`, `t-ta`.
 *
 * @param given what the preset `needs` @throws {RangeError} for a name there is none of, with the nearest; or naming what is needed
 */
export function presetNamed(name: string, given: PresetGiven = {}): Policy {
  checkText('presetNamed: the name', name);
  const preset = presets.find((one) => one.name === name);
  if (preset) return preset.policyFrom(given);
  const known = presets.map((one) => one.name);
  throw new RangeError(`there is no masking preset '${name}'; ${nearestName(name, known)}`);
}

/** A policy with a name and what it does, as every preset is. */
export type NamedPolicy = Policy & { readonly name: string; readonly about: string };

/**
 * Presets by name with commas between, or `all`.
 *
 * @throws {RangeError} for a name that is none of them, naming the nearest, or where something needed was not given
 */
export function presetsNamed(names: string, given: PresetGiven = {}): NamedPolicy[] {
  checkText('presetsNamed: the names', names);
  const wanted = names === 'all' ? presets.map(({ name }) => name) : [...new Set(names.split(','))];
  return wanted.map((name) => {
    const policy = presetNamed(name, given);
    return isTargetPolicy(policy) ? policy : { ...policy, name, about: policy.about ?? '' };
  });
}
