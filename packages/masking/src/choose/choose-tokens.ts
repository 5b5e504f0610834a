import type { RandomStream } from '../batch.ts';
import { type Rounding, tokenBudget } from '../budget.ts';
import type { MaskPolicy } from '../mask-options.ts';
import { walk } from '../units/ngrams.ts';
import { gapBefore, type TokenRow, type Units } from '../units/units.ts';
import { type Chances, chancesOfRow, unitChance } from './chances.ts';

/** How much of a row is chosen. */
export interface Choice {
  readonly units: Units;
  readonly selection: 'exact' | 'bernoulli';
  readonly rate: number;
  readonly rounding: Rounding;
  /** Tokens that the rate is a share of. */
  readonly base: number;
  readonly atLeastOne: boolean;
  readonly overflow: 'skip' | 'split';
  /** The policy's own choice of units, in place of `selection`. */
  readonly choose?: MaskPolicy['choose'];
  /** Probabilities by token in place of `rate`, of independent choices. */
  readonly chances?: Chances;
  /** Names the policy in messages. */
  readonly name: string;
  /** Most tokens a row may give. */
  readonly limit: number;
}

/** Arrays reused from row to row, each with room for `length` entries. */
export interface Scratch {
  readonly starts: Int32Array;
  readonly order: Int32Array;
  /** For each entry of `columns`: 1 + number of the draw that chose it, 0 if none did. */
  readonly chosen: Int32Array;
  /** For each entry of `columns`, the unit it lies in. Filled for spans only. */
  readonly unitOf: Int32Array;
}

/** Scratch arrays for rows of at most `length` tokens. */
export const scratchFor = (length: number): Scratch => ({
  starts: new Int32Array(length + 1),
  order: new Int32Array(length),
  chosen: new Int32Array(length),
  unitOf: new Int32Array(length),
});

/** The next entry of a shuffle that is done only as far as it is read (Fisher and Yates). */
function draw(order: Int32Array, i: number, count: number, random: RandomStream): number {
  const j = i + Math.floor(random.next() * (count - i));
  const held = order[i] as number;
  const found = order[j] as number;
  order[i] = found;
  order[j] = held;
  return found;
}

function identity(order: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) order[i] = i;
}

/** Writes `mark` on tokens `from..to` of the row, as many as `left` allows; returns how many. */
function mark({ chosen }: Scratch, from: number, to: number, left: number, value: number): number {
  const end = Math.min(to, from + left);
  for (let i = from; i < end; i++) chosen[i] = value;
  return end - from;
}

function eachUnit(row: TokenRow, choice: Choice, random: RandomStream, scratch: Scratch): number {
  const { units, rate, limit, atLeastOne, chances, name } = choice;
  const { starts } = scratch;
  const byToken = chances && chancesOfRow(chances, row, rate, name);
  const cut = units.spanLength ? walk(units, units.spanLength) : units.cut;
  const count = cut(row, random, starts);
  starts[count] = row.count;
  let total = 0;
  for (let unit = 0; unit < count; unit++) {
    const [start, end] = [starts[unit] as number, starts[unit + 1] as number];
    if (random.next() >= (byToken ? unitChance(byToken, start, end) : rate)) continue;
    total += mark(scratch, start, end, limit - total, unit + 1);
  }
  if (total === 0 && atLeastOne && rate > 0) {
    const unit = Math.floor(random.next() * count);
    total = mark(scratch, starts[unit] as number, starts[unit + 1] as number, limit, unit + 1);
  }
  return total;
}

function wholeUnits(row: TokenRow, budget: number, choice: Choice, random: RandomStream, scratch: Scratch): number {
  const { starts, order } = scratch;
  const count = choice.units.cut(row, random, starts);
  starts[count] = row.count;
  identity(order, count);
  let total = 0;
  for (let i = 0; i < count && total < budget; i++) {
    const unit = draw(order, i, count, random);
    const start = starts[unit] as number;
    const end = starts[unit + 1] as number;
    if (end - start > budget - total && choice.overflow === 'skip') continue;
    total += mark(scratch, start, end, budget - total, unit + 1);
  }
  return total;
}

function anchoredSpans(row: TokenRow, budget: number, choice: Choice, random: RandomStream, scratch: Scratch): number {
  const { starts, order, chosen, unitOf } = scratch;
  const lengthOf = choice.units.spanLength as NonNullable<Units['spanLength']>;
  const count = choice.units.cut(row, random, starts);
  starts[count] = row.count;
  for (let unit = 0; unit < count; unit++) unitOf.fill(unit, starts[unit] as number, starts[unit + 1] as number);
  identity(order, row.count);
  let total = 0;
  // An anchor drawn without replacement and skipped when chosen already is uniform over what is left, as in SpanBERT's loop, and ends.
  for (let i = 0; i < row.count && total < budget; i++) {
    const anchor = draw(order, i, row.count, random);
    if (chosen[anchor]) continue;
    const unit = unitOf[anchor] as number;
    const start = starts[unit] as number;
    const last = Math.min(count, unit + lengthOf(random));
    let end = start + 1;
    while (end < (starts[last] as number) && !chosen[end] && !gapBefore(row, end)) end++;
    if (end - start > budget - total && choice.overflow === 'skip') continue;
    total += mark(scratch, start, end, budget - total, i + 1);
  }
  return total;
}

function ownChoice(
  row: TokenRow,
  choose: NonNullable<MaskPolicy['choose']>,
  choice: Choice,
  random: RandomStream,
  scratch: Scratch,
): number {
  const { units, rate, limit, name } = choice;
  const { starts, unitOf: taken } = scratch;
  const cut = units.spanLength ? walk(units, units.spanLength) : units.cut;
  const count = cut(row, random, starts);
  starts[count] = row.count;
  taken.fill(0, 0, count);
  const most = tokenBudget(count, { rate, rounding: 'ceil', atLeastOne: false, limit: count, random });
  const where = () => `policy '${name}', row ${row.offset / row.batch.shape[1]}`;
  let total = 0;
  let given = 0;
  for (const unit of choose(count, random)) {
    if (!(Number.isInteger(unit) && unit >= 0 && unit < count))
      throw new RangeError(`${where()}: choose gave ${unit}; the row has units 0 to ${count - 1}.`);
    if (taken[unit]) throw new RangeError(`${where()}: choose gave unit ${unit} of ${count} twice.`);
    if (++given > most)
      throw new RangeError(
        `${where()}: choose gave more than ${most} units of ${count}; rate ${rate} allows no more, raise it or choose fewer.`,
      );
    taken[unit] = 1;
    total += mark(scratch, starts[unit] as number, starts[unit + 1] as number, limit - total, unit + 1);
  }
  return total;
}

/** Chooses tokens of a row into `scratch.chosen`; returns their number. A row with nothing maskable, or rate 0, gives none. */
export function chooseTokens(row: TokenRow, choice: Choice, random: RandomStream, scratch: Scratch): number {
  const { selection, units, base, limit, rate, rounding, atLeastOne } = choice;
  scratch.chosen.fill(0, 0, row.count);
  if (row.count === 0) return 0;
  if (choice.choose) return ownChoice(row, choice.choose, choice, random, scratch);
  if (selection === 'bernoulli') return eachUnit(row, choice, random, scratch);
  const budget = tokenBudget(base, { rate, rounding, atLeastOne, limit: Math.min(limit, row.count), random });
  if (budget === 0) return 0;
  const total = (units.spanLength ? anchoredSpans : wholeUnits)(row, budget, choice, random, scratch);
  if (total > 0 || !atLeastOne) return total;
  // Every unit is longer than the budget: one of them is taken whole, so that the row still teaches something.
  const { starts, order } = scratch;
  let unit = order[0] as number;
  if (units.spanLength) unit = scratch.unitOf[unit] as number;
  return mark(scratch, starts[unit] as number, starts[unit + 1] as number, limit, unit + 1);
}
