import type { Bounded, QuickStartResult } from '../pipeline.ts';

const percent = (share: number): string => (100 * share).toFixed(1);
const bounded = ({ value, low, high }: Bounded, show: (value: number) => string): string =>
  `${show(value)} (${show(low)} to ${show(high)})`;

/** Column names of the table of encoders. */
export const resultHeader: readonly string[] = [
  'encoder',
  'pretraining',
  'tokens/s',
  'pseudo-perplexity',
  'scoring',
  'accuracy %',
  'macro F1 %',
];

/** A row an encoder; figures in brackets are 95 % bootstrap intervals. */
export function resultRows({ models }: QuickStartResult): string[][] {
  return models.map((model) => [
    model.name,
    `${model.pretrainSeconds.toFixed(0)} s`,
    `${Math.round(model.tokensPerSecond)}`,
    bounded(model.pseudoPerplexity, (value) => value.toFixed(1)),
    `${model.scoreSeconds.toFixed(2)} s`,
    bounded(model.accuracy, percent),
    percent(model.f1),
  ]);
}

/** Column names of the table of comparisons. */
export const comparisonHeader: readonly string[] = [
  'against the first',
  'accuracy, points',
  'p',
  'pseudo-perplexity, %',
];

/** A row an encoder but the first; `*`: p < 0.05, or an interval that does not hold 0. */
export function comparisonRows({ comparisons }: QuickStartResult): string[][] {
  const relative = (log: number) => (100 * Math.expm1(log)).toFixed(1);
  return comparisons.map(({ name, accuracy, accuracyP, logPerplexity }) => [
    name,
    `${bounded(accuracy, percent)}${accuracyP < 0.05 ? ' *' : ''}`,
    pValue(accuracyP),
    `${bounded(logPerplexity, relative)}${logPerplexity.low > 0 || logPerplexity.high < 0 ? ' *' : ''}`,
  ]);
}

/** A p-value as a reader wants it. */
export const pValue = (p: number): string => (p < 0.001 ? '< 0.001' : p.toFixed(3));
