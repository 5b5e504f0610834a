import { asOwnTargets } from '../audit/as-own.ts';
import { binomialBound, countMasking } from '../audit/count-masking.ts';
import { expectedTargets } from '../audit/expected-targets.ts';
import type { MaskableBatch, MaskedBatch } from '../batch.ts';
import { slotsFor } from '../budget.ts';
import { mask } from '../mask.ts';
import { isTargetPolicy, type Policy } from '../targets/target-policy.ts';
import { batchOf, firstId, hardLength, hardRows, maskId, padId, type RowShape, vocabularySize } from './hard-batch.ts';
import { stream } from './stream.ts';

/** Rows of words of one to three tokens, where every count can be met. */
const plainRows: readonly RowShape[] = Array.from({ length: 6 }, (_, row) => ({
  words: Array.from(
    { length: 44 },
    (_, i) => 1 + ((i * (1 + (row % 4))) % 5 === 0 ? 1 : 0) + ((i + row) % 11 === 0 ? 1 : 0),
  ),
}));

/** The hard rows, and some drawn ones beside them. */
function anyBatch(seed: number): MaskableBatch {
  const random = stream(31 + seed);
  const sizes = (most: number) =>
    Array.from({ length: Math.floor(random.next() * most) }, () => 1 + Math.floor(random.next() * 4));
  const drawn = Array.from({ length: 3 }, (): RowShape => {
    const pair = sizes(5);
    return pair.length > 2 ? { words: sizes(14), pair } : { words: sizes(14) };
  });
  return batchOf([...hardRows, ...drawn], 80);
}

/** One row of a batch. */
function rowOf(batch: MaskableBatch, row: number): MaskableBatch {
  const length = batch.shape[1];
  const part = <T extends Int32Array | Uint8Array>(array: T): T => array.slice(row * length, (row + 1) * length) as T;
  return {
    shape: [1, length],
    ids: part(batch.ids),
    segments: part(batch.segments),
    attend: part(batch.attend),
    maskable: part(batch.maskable),
    wordNumbers: part(batch.wordNumbers),
  };
}

function run(policy: Policy, batch: MaskableBatch, seed: number, first = 0, slots = batch.shape[1]): MaskedBatch {
  return mask(batch, policy, {
    maskId,
    padId,
    slots,
    candidates: { from: firstId, to: vocabularySize },
    similar: (word) => [word.map((id) => firstId + ((id - firstId + 1) % (vocabularySize - firstId)))],
    randomOf: (row) => stream(seed * 1009 + first + row),
    exampleOf: (row) => stream(7_000_003 + seed * 1009 + first + row),
  });
}

const arrays = ['ids', 'targetPositions', 'targets', 'weights'] as const;
const sum = (values: ArrayLike<number>, from: number, to: number) => {
  let total = 0;
  for (let i = from; i < to; i++) total += values[i] as number;
  return total;
};
/** Slots that ask something. */
const asked = (weights: Float32Array, from: number, to: number) => {
  let count = 0;
  for (let i = from; i < to; i++) if (weights[i]) count++;
  return count;
};
const differs = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  a.length !== b.length || Array.from(a).some((value, i) => value !== b[i]);

function touched(policy: Policy): string[] {
  const problems: string[] = [];
  const kind = isTargetPolicy(policy) ? policy.kind : 'own';
  for (let seed = 0; seed < 20; seed++) {
    const before = anyBatch(seed);
    const given = anyBatch(seed);
    const after = run(policy, given, seed);
    if (
      (['ids', 'segments', 'attend', 'maskable', 'wordNumbers'] as const).some((name) =>
        differs(before[name], given[name]),
      )
    )
      problems.push('it changes the batch it is given');
    const counts = countMasking([{ before, after: asOwnTargets(before, after, kind) }], { maskId });
    if (counts.padsTouched > 0) problems.push(`it touches ${counts.padsTouched} pads`);
    // A next token may be the closing [SEP].
    if (kind !== 'next' && counts.specialsTouched > 0)
      problems.push(`it touches ${counts.specialsTouched} special tokens`);
    if (counts.wrongTargets > 0) problems.push(`${counts.wrongTargets} targets are not the original tokens`);
    const partly =
      !isTargetPolicy(policy) && typeof policy.rate === 'number' && (policy.predictionRate ?? 1) < policy.rate;
    if (kind === 'own' && !partly && counts.corruptedOnly > 0)
      problems.push(`${counts.corruptedOnly} tokens are changed but not predicted`);
    for (let row = 0; row < after.shape[0]; row++)
      for (let slot = row * after.slots + 1, last = -1; slot <= (row + 1) * after.slots; slot++) {
        if (!after.weights[slot - 1]) continue;
        const column = after.targetPositions[slot - 1] as number;
        if (column <= last)
          problems.push(`row ${row} has targets at columns ${last} and then ${column}: they must rise`);
        last = column;
      }
  }
  return problems;
}

function depends(policy: Policy): string[] {
  const problems: string[] = [];
  for (let seed = 0; seed < 20; seed++) {
    const batch = anyBatch(seed);
    const whole = run(policy, batch, seed);
    const again = run(policy, batch, seed);
    for (const name of arrays)
      if (differs(whole[name], again[name])) problems.push(`${name} differ though the streams are the same`);
    for (let row = 0; row < batch.shape[0]; row++) {
      const alone = run(policy, rowOf(batch, row), seed, row);
      for (const name of arrays) {
        const width = (whole[name].length / batch.shape[0]) | 0;
        if (differs(alone[name], whole[name].subarray(row * width, (row + 1) * width)))
          problems.push(`${name} of row ${row} are others in a batch of its own: the mask depends on the batch`);
      }
    }
  }
  return problems;
}

const draws = 400;

function rates(policy: Policy): string[] {
  if (isTargetPolicy(policy) || typeof policy.rate === 'function') return [];
  const batch = batchOf(plainRows, hardLength);
  const [rows] = batch.shape;
  const maskable = sum(batch.maskable, 0, batch.maskable.length);
  let predicted = 0;
  for (let seed = 0; seed < draws; seed++) {
    const { weights } = run(policy, batch, seed);
    predicted += sum(weights, 0, weights.length);
  }
  const asked = expectedTargets(batch, policy);
  const usual = policy.units?.usualLength ?? 1;
  const n = (draws * maskable) / usual;
  const bound = binomialBound({ share: Math.min(1, asked / maskable), n });
  const off = predicted / draws / maskable - asked / maskable;
  // A count that skips units too long for what is left of it stays below, by less than a unit a row.
  const skips = usual > 1 && policy.selection !== 'bernoulli' && policy.overflow !== 'split' && !policy.choose;
  const short = skips ? (2 * usual * rows) / maskable : 0;
  if (off > bound + 1e-9 || off < -bound - short - 1e-9)
    return [
      `it predicts ${((100 * predicted) / draws / maskable).toFixed(2)} % of ${draws * maskable} tokens, its rate asks for ${((100 * asked) / maskable).toFixed(2)} ± ${(100 * bound).toFixed(2)} %`,
    ];
  return [];
}

function slots(policy: Policy): string[] {
  const problems: string[] = [];
  // Full rows: the ones that need most room.
  const length = 40;
  const rows = Array.from({ length: 4 }, (_, row) => {
    const words: number[] = [];
    for (let left = length - 2, i = row; left > 0; i++) {
      const size = Math.min(left, 1 + ((i * i) % 3));
      words.push(size);
      left -= size;
    }
    return { words };
  });
  const batch = batchOf(rows, length);
  const room = slotsFor(policy, length);
  const independent = !isTargetPolicy(policy) && policy.selection === 'bernoulli';
  let over = 0;
  let seen = 0;
  for (let seed = 0; seed < draws; seed++) {
    const after = run(policy, batch, seed, 0, length);
    for (let row = 0; row < after.shape[0]; row++, seen++)
      if (asked(after.weights, row * length, (row + 1) * length) > room) over++;
  }
  const allowed = independent ? 1e-3 + binomialBound({ share: 1e-3, n: seen }) : 0;
  if (over / seen > allowed)
    problems.push(
      `${over} of ${seen} full rows of ${length} tokens have more than the ${room} targets that slotsFor gives room for`,
    );
  const cut = run(policy, batch, 1, 0, room);
  if (cut.slots !== room) problems.push(`it gives ${cut.slots} slots where ${room} are asked for`);
  return problems;
}

/**
 * What a masking policy breaks of the contract that every policy of this package keeps; empty when it keeps it.
 *
 * On rows with pads, two segments, one token, none, and a word longer than the count: pads and special tokens are never touched; targets are the
 * originals and rise; the batch stays as it was; equal streams give equal masks; a row's mask does not depend on the batch; the
 * realised rate lies within 4.5 standard errors of a binomial over 400 draws (or below it by less than a unit a row, where units are skipped);
 * full rows fit the slots of `slotsFor` (independent choices: all but 10⁻³).
 *
 * @returns a sentence a problem, each once
 */
export function maskingContract(policy: Policy): string[] {
  try {
    return [...new Set([touched, depends, rates, slots].flatMap((check) => check(policy)))];
  } catch (error) {
    return [`it throws: ${error instanceof Error ? error.message : String(error)}`];
  }
}
