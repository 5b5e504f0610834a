import { whatIs } from '@cloze/checks';

/** What masking reads: token ids in rows, row-major `[batch, length]`. */
export interface MaskableBatch {
  readonly shape: readonly [batch: number, length: number];
  readonly ids: Int32Array;
  readonly segments: Int32Array;
  /** 1 for real tokens, 0 for pads. */
  readonly attend: Uint8Array;
  /** 1 where a token may be chosen; 0 for pads and special tokens. */
  readonly maskable: Uint8Array;
  /** Number of the word a token belongs to, −1 for pads and special tokens. */
  readonly wordNumbers: Int32Array;
  /** 1 for special tokens that a text itself spells: not maskable, and no target of any policy. Absent where no row has any. */
  readonly written?: Uint8Array;
}

/** What training reads: inputs `[batch, length]`, and targets gathered in `[batch, slots]`. */
export interface MaskedBatch {
  readonly shape: readonly [batch: number, length: number];
  readonly slots: number;
  readonly ids: Int32Array;
  readonly segments: Int32Array;
  readonly attend: Uint8Array;
  /** Column of each target; 0 in empty slots. */
  readonly targetPositions: Int32Array;
  /** Token id to predict; 0 in empty slots. */
  readonly targets: Int32Array;
  /** 1 for a target, 0 for an empty slot; a policy may weigh targets otherwise. */
  readonly weights: Float32Array;
  /** `[batch]`: what the weighted losses are divided by, summed over rows; absent where that is the sum of the weights. */
  readonly divisors?: Float32Array;
  /** `[batch]`: 1 for rows whose tokens may see only what comes before them; absent where there are none. */
  readonly causal?: Uint8Array;
}

/** A source of uniform numbers in [0, 1). */
export interface RandomStream {
  next(): number;
}

/** Room for `slots` targets a row over the given inputs. @throws {RangeError} for slots no positive integer, or arrays that do not fit the shape */
export function emptyTargets(batch: MaskableBatch, slots: number): MaskedBatch {
  checkBatch('masking', batch);
  const [rows, length] = batch.shape;
  const problems = (['ids', 'segments', 'attend', 'maskable', 'wordNumbers'] as const)
    .filter((name) => batch[name].length !== rows * length)
    .map((name) => `${name} must hold ${rows}·${length} = ${rows * length} entries, got ${batch[name].length}`);
  if (!(Number.isInteger(slots) && slots > 0)) problems.push(`slots must be a positive integer, got ${slots}`);
  if (problems.length > 0) throw new RangeError(`masking: ${problems.join('; ')}.`);
  return {
    shape: batch.shape,
    slots,
    ids: batch.ids.slice(),
    segments: batch.segments,
    attend: batch.attend,
    targetPositions: new Int32Array(rows * slots),
    targets: new Int32Array(rows * slots),
    weights: new Float32Array(rows * slots),
  };
}

const fields = ['ids', 'segments', 'attend', 'maskable', 'wordNumbers'] as const;

/** Refuses what is no batch of rows. @param where begins the message @throws {TypeError} saying what it is, or which fields it lacks */
export function checkBatch(where: string, batch: unknown): asserts batch is MaskableBatch {
  if (typeof batch !== 'object' || batch === null || Array.isArray(batch))
    throw new TypeError(`${where}: expected a batch of rows, as padEncodings gives it, got ${whatIs(batch)}.`);
  const given: Partial<Record<string, unknown>> = { ...batch };
  const lacking = [
    ...(Array.isArray(given.shape) && given.shape.length === 2 ? [] : ['shape']),
    ...fields.filter((name) => !ArrayBuffer.isView(given[name])),
  ];
  if (lacking.length > 0)
    throw new TypeError(`${where}: the batch lacks ${lacking.join(', ')}; padEncodings gives it whole.`);
}
