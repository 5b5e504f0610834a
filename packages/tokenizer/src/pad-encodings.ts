import { checkList, checkOptions, listOf, needed, type Rules, whatIs, whole } from '@cloze/checks';
import type { Encoding } from './encode.ts';

/** Rows of equal length, row-major `[batch, length]`. */
export interface TokenBatch {
  readonly shape: readonly [batch: number, length: number];
  readonly ids: Int32Array;
  readonly segments: Int32Array;
  /** 1 for real tokens, 0 for pads. */
  readonly attend: Uint8Array;
  /** 1 where a masking policy may choose: real tokens that are not special. */
  readonly maskable: Uint8Array;
  readonly wordNumbers: Int32Array;
  /** 1 for special tokens that a text itself spells: neither maskable nor targets. Absent where no row has any. */
  readonly written?: Uint8Array;
}

/** How encodings are padded. */
export interface PadOptions {
  /** What pads are, a whole number from 0. */
  readonly padId: number;
  /** Lengths that are allowed, whole numbers from 1; default the longest encoding's. */
  readonly buckets?: readonly number[];
}

const rules: Rules<PadOptions> = { padId: needed(whole(0, 0x7fffffff)), buckets: listOf(whole(1), 1) };

/**
 * Pads encodings to one length: the longest, or the smallest bucket that holds it, so that few shapes occur.
 *
 * @throws {TypeError} for what is no list of encodings
 * @throws {RangeError} naming every option that does not fit; for no encodings, or one longer than the largest bucket
 */
export function padEncodings(encodings: readonly Encoding[], options: PadOptions): TokenBatch {
  checkOptions('padEncodings', options, rules);
  const { padId, buckets } = options;
  checkList('padEncodings', encodings);
  const wrong = encodings.findIndex((one) => !(one?.ids instanceof Int32Array));
  if (wrong >= 0)
    throw new TypeError(`padEncodings: encoding ${wrong} is ${whatIs(encodings[wrong])}, expected one of encodeBatch.`);
  if (encodings.length === 0) throw new RangeError('padEncodings: expected at least one encoding, got none.');
  const longest = encodings.reduce((most, { ids }) => Math.max(most, ids.length), 0);
  const rising = buckets && [...buckets].sort((a, b) => a - b);
  const length = rising ? rising.find((bucket) => bucket >= longest) : longest;
  if (length === undefined)
    throw new RangeError(
      `padEncodings: an encoding of ${longest} tokens is longer than the largest bucket, ${rising?.at(-1)}; truncate it.`,
    );
  const size = encodings.length * length;
  const batch: TokenBatch = {
    shape: [encodings.length, length],
    ids: new Int32Array(size).fill(padId),
    segments: new Int32Array(size),
    attend: new Uint8Array(size),
    maskable: new Uint8Array(size),
    wordNumbers: new Int32Array(size).fill(-1),
    ...(encodings.some(({ written }) => written) && { written: new Uint8Array(size) }),
  };
  for (const [row, { ids, segments, special, wordNumbers, written }] of encodings.entries()) {
    const begin = row * length;
    batch.ids.set(ids, begin);
    batch.segments.set(segments, begin);
    batch.wordNumbers.set(wordNumbers, begin);
    batch.attend.fill(1, begin, begin + ids.length);
    for (let i = 0; i < special.length; i++) batch.maskable[begin + i] = special[i] ? 0 : 1;
    if (!written) continue;
    batch.written?.set(written, begin);
    for (let i = 0; i < written.length; i++) {
      if (!written[i]) continue;
      batch.maskable[begin + i] = 0;
      batch.wordNumbers[begin + i] = -1;
    }
  }
  return batch;
}
