import { shown } from '@cloze/checks';
import type { RandomStream } from './batch.ts';
import type { Rounding } from './budget.ts';
import type { BestOf } from './choose/best-of.ts';
import type { Chances } from './choose/chances.ts';
import { type Candidates, candidatesProblem } from './replace/candidates.ts';
import type { Replacement } from './replace/replace-tokens.ts';
import type { SimilarWords } from './replace/similar-words.ts';
import type { Units } from './units/units.ts';

/** How tokens are chosen and replaced: all of a policy but what belongs to a vocabulary or a batch. */
export interface MaskPolicy {
  /** Its name in messages and tables, e.g. `whole-word`. */
  readonly name?: string;
  /** What it does, in half a sentence. */
  readonly about?: string;
  /** What is chosen as a whole: `tokens`, `words`, `ngrams()`, `spans()`, `pmiNgrams()`. Default `tokens`. */
  readonly units?: Units;
  /** Share of tokens to choose, 0..1, for all rows or by row. Default 0.15. */
  readonly rate?: number | ((row: number) => number);
  /** `exact`: a rounded count a row; `bernoulli`: each unit on its own. Default `exact`. */
  readonly selection?: 'exact' | 'bernoulli';
  /** How the exact count is rounded. Default `stochastic`: the mean rate is exact even in short rows. */
  readonly rounding?: Rounding;
  /** What the exact count is a share of: `maskable` tokens, or all `attended` ones, [CLS] and [SEP] included (Google's BERT). Default `maskable`. */
  readonly base?: 'maskable' | 'attended';
  /** Choose one unit in a row that would get none. Default true for `exact`, false for `bernoulli`. */
  readonly atLeastOne?: boolean;
  /** A unit longer than what the count leaves: `skip` it for another (BERT), or `split` it and take its front (SpanBERT). Default `skip`. */
  readonly overflow?: 'skip' | 'split';
  /** What a chosen token becomes. Default BERT's 0.8 / 0.1 / 0.1. */
  readonly replacement?: Replacement;
  /** Draw what becomes of each `token`, or of each `unit` as a whole (SpanBERT, PMI, MacBERT). Default `token`. */
  readonly replacePer?: 'token' | 'unit';
  /** Share of tokens to predict (Wettig et al. 2023). Below `rate` a random part of the chosen ones gets no target; above it `mask` makes copies of the rows (`maskCopies`). Default `rate`. */
  readonly predictionRate?: number;
  /** The static split: an example's tokens are chosen once, by `exampleOf`, and only what replaces them is drawn anew. Default false. */
  readonly fixed?: boolean;
  /** Numbers of the units to choose of a row's `count`, each once, at most ⌈rate·count⌉; instead of `selection`. See `policy`. */
  readonly choose?: (count: number, random: RandomStream) => Iterable<number>;
  /** With `bernoulli`: the probability of each token instead of the same for all; of a unit the mean of its tokens'. See `rarerMore`, `inProportion`. */
  readonly chances?: Chances;
  /** The choice is drawn several times, and the one of the highest score kept. See `informative`. */
  readonly bestOf?: BestOf;
  /** Ids that this policy's random replacement draws from, in place of those of the setting. */
  readonly candidates?: Candidates;
}

/** What belongs to a vocabulary and a batch: the same for every policy. */
export interface MaskSetting {
  /** Room for targets a row; further chosen tokens are dropped. Default of `mask` `slotsFor`; of `maskBatch` all maskable tokens of the longest row fit. */
  readonly slots?: number;
  /** Id of the mask token. */
  readonly maskId: number;
  /** Ids that random replacement draws from. Leave special and unused ids out: `candidateIds` does. */
  readonly candidates: Candidates;
  /** Similar words, for `replacement.similar`. Where it knows none, the word is replaced at random. */
  readonly similar?: SimilarWords;
  /** The stream of row r: give each example its own, so that its mask does not depend on the batch. */
  readonly randomOf: (row: number) => RandomStream;
  /** The stream of row r's example that does not know the epoch, for `fixed` policies. Default `randomOf`. */
  readonly exampleOf?: (row: number) => RandomStream;
  /** Id of pads, for policies that shorten rows. Default 0. */
  readonly padId?: number;
}

/** A policy with what it needs to run. */
export type MaskOptions = MaskPolicy & MaskSetting;

const choices: Readonly<Record<string, readonly string[]>> = {
  selection: ['exact', 'bernoulli'],
  rounding: ['halfEven', 'halfUp', 'floor', 'ceil', 'stochastic'],
  base: ['maskable', 'attended'],
  overflow: ['skip', 'split'],
  replacePer: ['token', 'unit'],
};

const policyFields = new Set([
  ...Object.keys(choices),
  ...[
    'name',
    'about',
    'units',
    'rate',
    'atLeastOne',
    'replacement',
    'predictionRate',
    'fixed',
    'choose',
    'chances',
    'bestOf',
    'candidates',
  ],
]);
const settingFields = ['slots', 'maskId', 'candidates', 'similar', 'randomOf', 'exampleOf', 'padId'];
const fields = new Set([...policyFields, ...settingFields]);

const share = (name: string, value: number): string[] =>
  value >= 0 && value <= 1 ? [] : [`${name} must be in [0, 1], got ${value}`];

function unknownFields(given: object, known: ReadonlySet<string>): string[] {
  return Object.keys(given)
    .filter((name) => !known.has(name))
    .map((name) => `'${name}' is no option; there are ${[...known].sort().join(', ')}`);
}

/** What is wrong with a policy itself, each naming its field and what is allowed. */
function policyValues(policy: MaskPolicy): string[] {
  const problems: string[] = [];
  const { rate = 0.15, replacement, predictionRate, choose, fixed } = policy;
  // A share has at most one problem.
  if (typeof rate === 'number') problems.push(...share('rate', rate));
  for (const [name, allowed] of Object.entries(choices)) {
    const value = policy[name as keyof MaskPolicy];
    if (value !== undefined && !allowed.includes(value as string))
      problems.push(`${name} must be one of ${allowed.join(', ')}, got ${String(value)}`);
  }
  if (replacement) {
    const { mask, random, keep, similar } = replacement;
    const shares = similar === undefined ? [mask, random, keep] : [mask, random, keep, similar];
    if (!shares.every((x) => x >= 0) || Math.abs(shares.reduce((a, b) => a + b) - 1) > 1e-9)
      problems.push(`replacement shares must be ≥ 0 and sum to 1, got ${shares.join(' + ')}`);
  }
  // A share has at most one problem.
  if (predictionRate !== undefined) problems.push(...share('predictionRate', predictionRate));
  if (choose) {
    const decided = (['selection', 'rounding', 'base', 'atLeastOne', 'overflow'] as const).filter(
      (name) => policy[name] !== undefined,
    );
    if (decided.length > 0) problems.push(`choose says how many, so leave out ${decided.join(', ')}`);
    if (typeof rate !== 'number') problems.push('rate bounds what choose gives, so it must be a number');
  }
  if (policy.chances && policy.selection !== 'bernoulli')
    problems.push("chances are of independent choices: they need selection 'bernoulli'");
  const { draws } = policy.bestOf ?? { draws: 1 };
  if (!(Number.isInteger(draws) && draws >= 1)) problems.push(`bestOf.draws must be a positive integer, got ${draws}`);
  if (fixed && typeof rate !== 'number') problems.push('fixed needs a rate that is a number');
  if (fixed)
    for (const name of ['choose', 'chances', 'bestOf'] as const)
      if (policy[name]) problems.push(`fixed chooses by rate alone, so leave out ${name}`);
  if (fixed && predictionRate !== undefined)
    problems.push('fixed predicts what it chooses, so leave out predictionRate');
  return problems;
}

/** Everything wrong with a policy, each naming its field and what is allowed. */
export const policyProblems = (policy: MaskPolicy): string[] => [
  ...unknownFields(policy, policyFields),
  ...policyValues(policy),
];

/** Everything wrong with the options, each naming its field and what is allowed. */
export function maskProblems(options: MaskOptions): string[] {
  const { rate = 0.15, replacement, slots, predictionRate, maskId, fixed } = options;
  const problems = [...unknownFields(options, fields), ...policyValues(options)];
  if (typeof options.randomOf !== 'function')
    problems.push(`randomOf must be given, a function that gives each row its stream, got ${shown(options.randomOf)}`);
  if (replacement?.similar && !options.similar)
    problems.push('replacement.similar needs the option similar: see similarByEmbedding and similarByWordVectors');
  if (predictionRate !== undefined && typeof rate === 'number' && predictionRate > rate)
    problems.push(
      `predictionRate must be at most rate ${rate}, got ${predictionRate}: mask makes the copies that predict more`,
    );
  if (fixed) problems.push('fixed is for mask, which splits the rows first');
  if (slots !== undefined && !(Number.isInteger(slots) && slots > 0))
    problems.push(`slots must be a positive integer, got ${slots}`);
  if (!(Number.isInteger(maskId) && maskId >= 0)) problems.push(`maskId must be an integer ≥ 0, got ${maskId}`);
  const { padId } = options;
  if (padId !== undefined && !(Number.isInteger(padId) && padId >= 0))
    problems.push(`padId must be an integer ≥ 0, got ${padId}`);
  const wrong = candidatesProblem(options.candidates);
  if (wrong) problems.push(wrong);
  return problems;
}
