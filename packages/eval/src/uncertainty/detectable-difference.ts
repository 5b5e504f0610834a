import { checkOptions, oneOf, real, whole } from '@cloze/checks';
import { normalLimit } from '../distributions/normal-limit.ts';
import { studentLimit } from '../distributions/student-limit.ts';
import type { DifferenceDesign, DifferenceSpread } from './difference-spread.ts';
import { levelRule } from './resampling-rules.ts';

/** What is asked of a test. */
export interface PowerOptions {
  /** Share of true zeros that are let pass, strictly between 0 and 1, default 0.95. */
  readonly level?: number;
  /** Share of true differences of the size that are found, above 0.5 and below 1, default 0.8. */
  readonly power?: number;
  /** Comparisons that share the level, at least 1, default 1: the first step of Holm's correction. */
  readonly comparisons?: number;
  /**
   * What the test takes into account: `rows` (a permutation over rows with seeds averaged, which takes the trainings as given) or
   * `rowsAndSeeds` (default). Trainings vary either way, so that the size found counts their spread for both.
   */
  readonly testOver?: 'rows' | 'rowsAndSeeds';
}

const rules = {
  level: levelRule,
  power: real({ above: 0.5, below: 1 }),
  comparisons: whole(1),
  testOver: oneOf(['rows', 'rowsAndSeeds']),
};

/** The least difference that is found: the test's limit in its own error, and what the power asks for in the whole. */
export const leastFound = (limit: number, testError: number, error: number, power = 0.8): number =>
  limit * testError + normalLimit(2 * power - 1) * error;

/**
 * Degrees of freedom of a difference whose error has two parts (Welch 1947, Satterthwaite 1946): the fewer of both the larger part has, the fewer in all.
 *
 * @param ofRows variance of the mean over rows @param ofSeeds over seeds, 0 where their spread is not known
 */
export function freedomOf(ofRows: number, ofSeeds: number, { rows, seeds }: DifferenceDesign): number {
  const all = ofRows + ofSeeds;
  if (all === 0) return Math.max(1, rows - 1);
  return all ** 2 / (ofRows ** 2 / Math.max(1, rows - 1) + (ofSeeds === 0 ? 0 : ofSeeds ** 2 / Math.max(1, seeds - 1)));
}

/**
 * The least true difference that a test of this many rows and seeds finds with the power asked for:
 * `t₁₋ₐ/₂·√V_test + z_power·√V`, `V = rows/n + seeds/s + both/(n·s)`, `a = (1 − level)/comparisons`; `V_test` leaves out `seeds/s` where the test is
 * over rows. Where seeds' spread is unknown (null) it counts as 0. Degrees of freedom by Welch and Satterthwaite.
 *
 * @throws {RangeError} for options out of their range, a variance that is none, or a design without rows or seeds
 */
export function detectableDifference(
  spread: DifferenceSpread,
  design: DifferenceDesign,
  options: PowerOptions = {},
): number {
  checkOptions('detectableDifference', options, rules);
  const variance = real({ from: 0 });
  const parts = { ...spread, seeds: spread.seeds ?? 0 };
  checkOptions('detectableDifference, spread', parts, { rows: variance, seeds: variance, both: variance });
  checkOptions('detectableDifference, design', design, { rows: whole(1), seeds: whole(1) });
  const { level = 0.95, power = 0.8, comparisons = 1, testOver = 'rowsAndSeeds' } = options;
  const ofRows = spread.rows / design.rows + spread.both / (design.rows * design.seeds);
  const ofSeeds = (spread.seeds ?? 0) / design.seeds;
  const tested = testOver === 'rows' ? 0 : ofSeeds;
  const limit = studentLimit(1 - (1 - level) / comparisons, freedomOf(ofRows, tested, design));
  return leastFound(limit, Math.sqrt(ofRows + tested), Math.sqrt(ofRows + ofSeeds), power);
}

/** Designs above this are not worth counting. */
const most = 2 ** 30;

/** The least whole number from 1 for which a falling function is at most `size`; null where even a billion is too few. */
function least(size: number, at: (count: number) => number): number | null {
  let high = 1;
  while (at(high) > size) {
    if (high >= most) return null;
    high *= 2;
  }
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (at(middle) > size) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * Seeds that a difference of this size needs on these rows; null where no number of seeds is enough, because rows are too few.
 *
 * @param size absolute, above 0
 * @throws {RangeError} for a size or options out of their range
 */
export function seedsToDetect(
  spread: DifferenceSpread,
  rows: number,
  size: number,
  options: PowerOptions = {},
): number | null {
  checkOptions('seedsToDetect', { size }, { size: real({ above: 0 }) });
  return least(size, (seeds) => detectableDifference(spread, { rows, seeds }, options));
}

/**
 * Rows that a difference of this size needs with these seeds; null where no number of rows is enough, because trainings vary too much.
 *
 * @param size absolute, above 0
 * @throws {RangeError} for a size or options out of their range
 */
export function rowsToDetect(
  spread: DifferenceSpread,
  seeds: number,
  size: number,
  options: PowerOptions = {},
): number | null {
  checkOptions('rowsToDetect', { size }, { size: real({ above: 0 }) });
  return least(size, (rows) => detectableDifference(spread, { rows, seeds }, options));
}
