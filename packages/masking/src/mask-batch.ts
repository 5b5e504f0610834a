import { emptyTargets, type MaskableBatch, type MaskedBatch, type RandomStream } from './batch.ts';
import { type Rounding, tokenBudget } from './budget.ts';

/** Shares of what a chosen token becomes; they sum to 1. */
export interface Replacement {
  readonly mask: number;
  readonly random: number;
  readonly keep: number;
}

/** How tokens are chosen and replaced. */
export interface MaskOptions {
  /** Share of maskable tokens to choose, 0..1. Default 0.15. */
  readonly rate?: number;
  /** `exact`: a rounded count a row; `bernoulli`: each token on its own. Default `exact`. */
  readonly selection?: 'exact' | 'bernoulli';
  /** How the exact count is rounded. Default `stochastic`: the mean rate is exact even in short rows. */
  readonly rounding?: Rounding;
  /** Choose one token in a row that would get none. Default true for `exact`, false for `bernoulli`. */
  readonly atLeastOne?: boolean;
  /** What a chosen token becomes. Default BERT's 0.8 / 0.1 / 0.1. */
  readonly replacement?: Replacement;
  /** Room for targets a row; further chosen tokens are dropped. Default: all maskable tokens of the longest row fit. */
  readonly slots?: number;
  /** Id of the mask token. */
  readonly maskId: number;
  /** Ids that random replacement draws from, uniformly. Leave special and unused ids out. */
  readonly candidates: { readonly from: number; readonly to: number } | Int32Array;
  /** The stream of row r: give each example its own, so that its mask does not depend on the batch. */
  readonly randomOf: (row: number) => RandomStream;
}

function problemsOf({ rate = 0.15, replacement, slots, candidates }: MaskOptions): string[] {
  const problems: string[] = [];
  if (!(rate >= 0 && rate <= 1)) problems.push(`rate must be in [0, 1], got ${rate}`);
  if (replacement) {
    const { mask, random, keep } = replacement;
    if (Math.min(mask, random, keep) < 0 || Math.abs(mask + random + keep - 1) > 1e-9) {
      problems.push(`replacement shares must be ≥ 0 and sum to 1, got ${mask} + ${random} + ${keep}`);
    }
  }
  if (slots !== undefined && !(Number.isInteger(slots) && slots > 0))
    problems.push(`slots must be a positive integer, got ${slots}`);
  const size = candidates instanceof Int32Array ? candidates.length : candidates.to - candidates.from;
  if (!(size > 0)) problems.push('candidates must hold at least one id');
  return problems;
}

function chooseExact(columns: Int32Array, count: number, random: RandomStream): Int32Array {
  for (let i = 0; i < count; i++) {
    const j = i + Math.floor(random.next() * (columns.length - i));
    const held = columns[i] as number;
    columns[i] = columns[j] as number;
    columns[j] = held;
  }
  return columns.subarray(0, count).sort();
}

/**
 * Masked-language-model inputs and targets (Devlin et al. 2019): choose maskable tokens, replace them, remember what they were.
 *
 * Pads and special tokens are never chosen. A row with nothing maskable gets no targets (all weights 0). `rate` 0 chooses nothing,
 * 1 everything. With one stream an example, the result does not depend on batch size or order.
 *
 * @throws {RangeError} naming every option out of range
 */
export function maskBatch(batch: MaskableBatch, options: MaskOptions): MaskedBatch {
  const problems = problemsOf(options);
  if (problems.length > 0) throw new RangeError(`maskBatch: ${problems.join('; ')}.`);
  const { rate = 0.15, selection = 'exact', rounding = 'stochastic', maskId, candidates, randomOf } = options;
  const { atLeastOne = selection === 'exact', replacement = { mask: 0.8, random: 0.1, keep: 0.1 } } = options;
  const [rows, length] = batch.shape;
  const columnsOf = Array.from({ length: rows }, (_, row) => {
    const found: number[] = [];
    for (let column = 0; column < length; column++) if (batch.maskable[row * length + column]) found.push(column);
    return Int32Array.from(found);
  });
  const longest = columnsOf.reduce((most, { length: count }) => Math.max(most, count), 1);
  const out = emptyTargets(batch, options.slots ?? longest);
  const [from, size] =
    candidates instanceof Int32Array ? [0, candidates.length] : [candidates.from, candidates.to - candidates.from];
  for (const [row, columns] of columnsOf.entries()) {
    const random = randomOf(row);
    const limit = out.slots;
    let chosen: Int32Array;
    if (selection === 'exact') {
      chosen = chooseExact(columns, tokenBudget(columns.length, { rate, rounding, atLeastOne, limit, random }), random);
    } else {
      chosen = columns.filter(() => random.next() < rate).subarray(0, limit);
      if (chosen.length === 0 && atLeastOne && rate > 0 && columns.length > 0)
        chosen = columns.slice(0, 1).fill(columns[Math.floor(random.next() * columns.length)] as number);
    }
    for (const [slot, column] of chosen.entries()) {
      const at = row * length + column;
      const target = row * out.slots + slot;
      out.positions[target] = column;
      out.targets[target] = batch.ids[at] as number;
      out.weights[target] = 1;
      const fate = random.next();
      if (fate < replacement.mask) out.ids[at] = maskId;
      else if (fate < replacement.mask + replacement.random) {
        const drawn = Math.floor(random.next() * size);
        out.ids[at] = candidates instanceof Int32Array ? (candidates[drawn] as number) : from + drawn;
      }
    }
  }
  return out;
}
