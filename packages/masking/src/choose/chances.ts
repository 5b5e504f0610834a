import { anything, checkOptions, needed, real } from '@cloze/checks';
import type { TokenRow } from '../units/units.ts';

/** The probability of each token of a row, given their ids and the row's rate; their mean should be that rate. */
export type Chances = (ids: Int32Array, rate: number) => ArrayLike<number>;

/** Ids of a row's maskable tokens. */
export function maskableIds({ batch, offset, columns, count }: TokenRow): Int32Array {
  const ids = new Int32Array(count);
  for (let i = 0; i < count; i++) ids[i] = batch.ids[offset + (columns[i] as number)] as number;
  return ids;
}

/** What a policy's chances say of a row. @throws {RangeError} naming the policy, for another number of them, or one outside [0, 1] */
export function chancesOfRow(chances: Chances, row: TokenRow, rate: number, name: string): ArrayLike<number> {
  const given = chances(maskableIds(row), rate);
  const where = `policy '${name}', row ${row.offset / row.batch.shape[1]}`;
  if (given.length !== row.count)
    throw new RangeError(`${where}: chances gave ${given.length} numbers; the row has ${row.count} maskable tokens.`);
  const wrong = Array.prototype.findIndex.call(given, (chance: number) => !(chance >= 0 && chance <= 1));
  if (wrong >= 0)
    throw new RangeError(`${where}: chances must be in [0, 1], got ${given[wrong]} for maskable token ${wrong}.`);
  return given;
}

/** Rank of each token by its count, as a share of the vocabulary: 0 for the most frequent; tokens of one count share the least of their ranks. */
function rarity(counts: ArrayLike<number>): Float64Array {
  const ids = Array.from({ length: counts.length }, (_, id) => id);
  ids.sort((a, b) => (counts[b] as number) - (counts[a] as number));
  const ranks = new Float64Array(counts.length);
  let rank = 0;
  for (const [i, id] of ids.entries()) {
    if (i > 0 && counts[id] !== counts[ids[i - 1] as number]) rank = i;
    ranks[id] = rank / counts.length;
  }
  return ranks;
}

/** Weights in [0, 1] moved so that their mean is the rate: multiplied where it was above, their distances to 1 multiplied where it was below. */
function toMean(weights: Float64Array, rate: number): Float64Array {
  const mean = weights.reduce((a, b) => a + b, 0) / weights.length;
  if (mean >= rate) return mean === 0 ? weights : weights.map((weight) => weight * (rate / mean));
  return weights.map((weight) => 1 - ((1 - weight) * (1 - rate)) / (1 - mean));
}

/**
 * Rarer tokens are hidden more often, the mean of a row staying its rate (frequency-informed masking, Kosmopoulou et al. 2025).
 *
 * A token's rank by frequency, moved to [0, 1] within its row, to the `power`-th; those weights times rate/mean where their mean is above the rate, else
 * `1 − (1 − w)(1 − rate)/(1 − mean)`. In a row of equally frequent tokens all have the rate.
 *
 * @param options.counts how often each id occurs @param options.power 0 < p ≤ 1, default 0.02 as the authors ran it; the larger, the more the rarest stand out
 * @throws {RangeError} for counts that are not finite or below 0, or a power out of range
 */
export function rarerMore(options: { readonly counts: ArrayLike<number>; readonly power?: number }): Chances {
  checkOptions('rarerMore', options, { counts: needed(anything), power: real({ above: 0, to: 1 }) });
  const { counts, power = 0.02 } = options;
  checkWeights('rarerMore: counts', counts);
  const ranks = rarity(counts);
  return (ids, rate) => {
    const own = Float64Array.from(ids, (id) => ranks[id] ?? 1);
    const [least, most] = own.reduce(([low, high], rank) => [Math.min(low, rank), Math.max(high, rank)], [1, 0]);
    if (least === most) return own.fill(rate);
    return toMean(
      own.map((rank) => ((rank - least) / (most - least)) ** power),
      rate,
    );
  };
}

/**
 * Tokens are hidden in proportion to a weight of their id, at most always, the mean of a row staying its rate: `min(1, c·w)` with the c that makes it so.
 *
 * A row in which too few tokens have a weight above 0 hides those and stays below the rate.
 *
 * @param weights by id, 0 or more; read each time, so that they may change between steps @throws {RangeError} for weights that are not finite or below 0
 */
export function inProportion(weights: ArrayLike<number>): Chances {
  checkWeights('inProportion: weights', weights);
  return (ids, rate) => {
    const own = Float64Array.from(ids, (id) => weights[id] ?? 0);
    const sorted = Float64Array.from(own).sort().reverse();
    let rest = own.reduce((a, b) => a + b, 0);
    if (rest === 0) return own;
    // The heaviest may be hidden always; the others share what is left of the mean.
    let always = 0;
    let wanted = rate * ids.length;
    while (always < ids.length && rest > 0 && (wanted * (sorted[always] as number)) / rest > 1) {
      rest -= sorted[always] as number;
      wanted -= 1;
      always++;
    }
    const factor = rest > 0 ? wanted / rest : Number.POSITIVE_INFINITY;
    return own.map((weight) => (weight === 0 ? 0 : Math.min(1, factor * weight)));
  };
}

function checkWeights(what: string, weights: ArrayLike<number>): void {
  const wrong = Array.prototype.findIndex.call(weights, (weight: number) => !(weight >= 0 && weight < Infinity));
  if (wrong >= 0 || !(weights.length > 0))
    throw new RangeError(
      `${what} must be finite numbers of at least 0, one an id, got ${wrong >= 0 ? `${weights[wrong]} for id ${wrong}` : 'none'}.`,
    );
}

/** Mean of the chances of a unit's tokens, from `start` to before `end`. */
export function unitChance(chances: ArrayLike<number>, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += chances[i] as number;
  return sum / (end - start);
}
