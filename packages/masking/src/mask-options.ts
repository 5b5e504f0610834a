import type { RandomStream } from './batch.ts';
import type { Rounding } from './budget.ts';
import { type Candidates, candidatesProblem } from './replace/candidates.ts';
import type { Replacement } from './replace/replace-tokens.ts';
import type { SimilarWords } from './replace/similar-words.ts';
import type { Units } from './units/units.ts';

/** How tokens are chosen and replaced: all of a policy but what belongs to a vocabulary or a batch. */
export interface MaskPolicy {
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
  /** Share of tokens to predict when lower than `rate`: a random part of the chosen ones gets no target (Wettig et al. 2023). Default `rate`. For more than `rate` see `maskCopies`. */
  readonly predictionRate?: number;
}

/** A policy with what it needs to run. */
export interface MaskOptions extends MaskPolicy {
  /** Room for targets a row; further chosen tokens are dropped. Default: all maskable tokens of the longest row fit. */
  readonly slots?: number;
  /** Id of the mask token. */
  readonly maskId: number;
  /** Ids that random replacement draws from. Leave special and unused ids out: `candidateIds` does. */
  readonly candidates: Candidates;
  /** Similar words, for `replacement.similar`. Where it knows none, the word is replaced at random. */
  readonly similar?: SimilarWords;
  /** The stream of row r: give each example its own, so that its mask does not depend on the batch. */
  readonly randomOf: (row: number) => RandomStream;
}

const choices: Readonly<Record<string, readonly string[]>> = {
  selection: ['exact', 'bernoulli'],
  rounding: ['halfEven', 'halfUp', 'floor', 'ceil', 'stochastic'],
  base: ['maskable', 'attended'],
  overflow: ['skip', 'split'],
  replacePer: ['token', 'unit'],
};

const fields = new Set([
  ...Object.keys(choices),
  ...['units', 'rate', 'atLeastOne', 'replacement', 'predictionRate', 'slots', 'maskId', 'candidates', 'similar'],
  'randomOf',
]);

const share = (name: string, value: number): string[] =>
  value >= 0 && value <= 1 ? [] : [`${name} must be in [0, 1], got ${value}`];

/** Everything wrong with the options, each naming its field and what is allowed. */
export function maskProblems(options: MaskOptions): string[] {
  const problems: string[] = [];
  for (const name of Object.keys(options))
    if (!fields.has(name)) problems.push(`'${name}' is no option; there are ${[...fields].sort().join(', ')}`);
  const { rate = 0.15, replacement, slots, predictionRate, maskId } = options;
  if (typeof rate === 'number') problems.push(...share('rate', rate));
  for (const [name, allowed] of Object.entries(choices)) {
    const value = options[name as keyof MaskOptions];
    if (value !== undefined && !allowed.includes(value as string))
      problems.push(`${name} must be one of ${allowed.join(', ')}, got ${String(value)}`);
  }
  if (replacement) {
    const { mask, random, keep, similar } = replacement;
    const shares = similar === undefined ? [mask, random, keep] : [mask, random, keep, similar];
    if (!shares.every((x) => x >= 0) || Math.abs(shares.reduce((a, b) => a + b) - 1) > 1e-9)
      problems.push(`replacement shares must be ≥ 0 and sum to 1, got ${shares.join(' + ')}`);
    if (similar && !options.similar)
      problems.push('replacement.similar needs the option similar: see similarByEmbedding and similarByWordVectors');
  }
  if (predictionRate !== undefined) {
    problems.push(...share('predictionRate', predictionRate));
    if (typeof rate === 'number' && predictionRate > rate)
      problems.push(
        `predictionRate must be at most rate ${rate}, got ${predictionRate}: use maskCopies to predict more`,
      );
  }
  if (slots !== undefined && !(Number.isInteger(slots) && slots > 0))
    problems.push(`slots must be a positive integer, got ${slots}`);
  if (!(Number.isInteger(maskId) && maskId >= 0)) problems.push(`maskId must be an integer ≥ 0, got ${maskId}`);
  const wrong = candidatesProblem(options.candidates);
  if (wrong) problems.push(wrong);
  return problems;
}
