import { type DifferenceSpread, differenceOverSeeds, differenceSpread } from '@cloze/eval';
import { streamFrom } from '@cloze/random';
import type { Score } from '../../runs/score-set.ts';

/** One figure of a row, by seed. */
export type SeedScores = ReadonlyMap<number, Score>;

/** A row against the baseline, on the seeds and examples that both have. */
export interface ComparedScores {
  readonly difference: number;
  /** 95 % interval over examples and, from three seeds on, over seeds; absent where one figure without examples stands against another. */
  readonly low?: number;
  readonly high?: number;
  /** Two-sided; absent where the interval is. */
  readonly p?: number;
  /** p after Holm's correction over the rows of the column. */
  readonly adjustedP?: number;
  /** Seeds that both have. */
  readonly seeds: number;
  /** Examples; 1 for figures that are no mean over examples. */
  readonly n: number;
  /** Whether interval and p cover what another seed would give: from three seeds on. */
  readonly seedsCovered: boolean;
  /** Where the spread comes from; absent for figures that are no mean over examples. */
  readonly spread?: DifferenceSpread;
}

const resamples = 1000;

/** Examples of a score so that their plain mean is the score's value. */
function evenExamples({ examples, weights }: Score): number[] {
  if (!weights) return [...examples];
  const mean = weights.reduce((a, b) => a + b, 0) / weights.length;
  return examples.map((value, i) => (value * (weights[i] as number)) / mean);
}

/** Compares two rows; undefined where they share no seed. @param label of the stream that resamples, so that the same records give the same figures */
export function compareScores(own: SeedScores, base: SeedScores, label: string): ComparedScores | undefined {
  const pairs = [...own].flatMap(([seed, score]): [Score, Score][] => {
    const other = base.get(seed);
    return other ? [[score, other]] : [];
  });
  const seeds = pairs.length;
  if (seeds === 0) return undefined;
  const random = streamFrom(1).fork('judge', label);
  const byExample = pairs.every(([a, b]) => a.examples.length > 1 && a.examples.length === b.examples.length);
  const rows = (side: 0 | 1) => pairs.map((pair) => (byExample ? evenExamples(pair[side]) : [pair[side].value]));
  const [first, second] = [rows(0), rows(1)];
  const { difference, low, high, p, n, seedsCovered } = differenceOverSeeds(first, second, {
    samples: resamples,
    random,
  });
  if (!byExample) return { difference, ...(seedsCovered && { low, high, p }), seeds, n, seedsCovered };
  const spread = differenceSpread(
    first.map((list, seed) => list.map((value, i) => value - (second[seed]?.[i] as number))),
  );
  return { difference, low, high, p, seeds, n, seedsCovered, spread };
}
