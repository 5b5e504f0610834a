import { checkOptions, needed, real, whole } from '@cloze/checks';
import { checkBatch, type MaskableBatch, type MaskedBatch } from '../batch.ts';

/** What a policy did to a corpus. Counts are of tokens unless they say otherwise. */
export interface MaskingCounts {
  readonly rows: number;
  /** Rows that have maskable tokens but got no target. */
  readonly rowsWithout: number;
  /** Maskable tokens, those of every copy counted. */
  readonly maskable: number;
  /** Tokens with a target. */
  readonly predicted: number;
  /** Targets whose input is [MASK]. */
  readonly masked: number;
  /** Targets whose input is another token than the original. */
  readonly replaced: number;
  /** Targets whose input is the original token. */
  readonly kept: number;
  /** Inputs that changed without a target. */
  readonly corruptedOnly: number;
  /** Special tokens that changed or have a target; must be 0. */
  readonly specialsTouched: number;
  /** Pads that changed or have a target; must be 0. */
  readonly padsTouched: number;
  /** Targets that are not the original token; must be 0 where targets are tokens. */
  readonly wrongTargets: number;
  /** `spans[l]`: runs of l neighbouring tokens that have a target or changed. */
  readonly spans: readonly number[];
  /** For each column, maskable tokens and those of them predicted. */
  readonly columns: readonly { readonly maskable: number; readonly predicted: number }[];
}

/** Half-width of the interval that a share of `n` independent draws keeps to but for z standard errors: `z·√(p(1−p)/n)`. */
export const binomialBound = (options: { readonly share: number; readonly n: number; readonly z?: number }): number => {
  checkOptions('binomialBound', options, {
    share: needed(real({ from: 0, to: 1 })),
    n: needed(real({ from: 0 })),
    z: real({ from: 0 }),
  });
  const { share, n, z = 4.5 } = options;
  return z * Math.sqrt((share * (1 - share)) / n);
};

/**
 * Audit of any policy: realised counts by kind, span lengths, columns, and tokens that must not be touched.
 *
 * @param pairs batches before and after masking; `after` may hold several copies of each row (`maskCopies`)
 * @param options.maskId id that counts as masked
 * @throws {RangeError} when the rows or lengths of a pair do not agree
 */
export function countMasking(
  pairs: Iterable<{ readonly before: MaskableBatch; readonly after: MaskedBatch }>,
  options: { readonly maskId: number },
): MaskingCounts {
  checkOptions('countMasking', options, { maskId: needed(whole(0)) });
  const { maskId } = options;

  const n = {
    rows: 0,
    rowsWithout: 0,
    maskable: 0,
    predicted: 0,
    masked: 0,
    replaced: 0,
    kept: 0,
    corruptedOnly: 0,
    specialsTouched: 0,
    padsTouched: 0,
    wrongTargets: 0,
  };
  const spans: number[] = [];
  const columns: { maskable: number; predicted: number }[] = [];
  let pair = 0;
  for (const { before, after } of pairs) {
    checkBatch(`countMasking: before of pair ${pair++}`, before);
    const [rows, length] = after.shape;
    const copies = rows / before.shape[0];
    if (!Number.isInteger(copies) || length !== before.shape[1])
      throw new RangeError(`countMasking: [${after.shape.join(', ')}] is no copy of [${before.shape.join(', ')}].`);
    while (columns.length < length) columns.push({ maskable: 0, predicted: 0 });
    for (let row = 0; row < rows; row++) {
      const source = Math.floor(row / copies) * length;
      const target = new Int32Array(length).fill(-1);
      for (let slot = row * after.slots; slot < (row + 1) * after.slots; slot++)
        if (after.weights[slot]) target[after.targetPositions[slot] as number] = after.targets[slot] as number;
      let run = 0;
      const atStart = { maskable: n.maskable, predicted: n.predicted };
      for (let column = 0; column < length; column++) {
        const original = before.ids[source + column] as number;
        const input = after.ids[row * length + column] as number;
        const has = target[column] !== -1;
        const touched = has || input !== original;
        if (before.maskable[source + column]) {
          n.maskable++;
          const counts = columns[column] as { maskable: number; predicted: number };
          counts.maskable++;
          if (has) counts.predicted++;
        } else if (touched) {
          if (before.attend[source + column]) n.specialsTouched++;
          else n.padsTouched++;
        }
        if (has) {
          n.predicted++;
          if (input === maskId) n.masked++;
          else if (input === original) n.kept++;
          else n.replaced++;
          if (target[column] !== original) n.wrongTargets++;
        } else if (touched) n.corruptedOnly++;
        if (touched) run++;
        if (run > 0 && (!touched || column === length - 1)) {
          while (spans.length <= run) spans.push(0);
          spans[run] = (spans[run] as number) + 1;
          run = 0;
        }
      }
      n.rows++;
      if (n.maskable > atStart.maskable && n.predicted === atStart.predicted) n.rowsWithout++;
    }
  }
  return { ...n, spans, columns };
}
