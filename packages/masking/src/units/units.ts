import type { MaskableBatch, RandomStream } from '../batch.ts';

/** The row a policy looks at: `columns[0..count)` are its maskable columns, ascending. Reused from row to row: do not keep it. */
export interface TokenRow {
  readonly batch: MaskableBatch;
  /** Index of the row's first token in the batch's arrays. */
  readonly offset: number;
  readonly columns: Int32Array;
  readonly count: number;
}

/** What is chosen as a whole: how a row is cut, and how many neighbouring pieces one draw takes. */
export interface Units {
  /** Writes the index (into `columns`) of each unit's first token, ascending from 0; returns the number of units. */
  readonly cut: (row: TokenRow, random: RandomStream, starts: Int32Array) => number;
  /** Draws how many neighbouring units one span takes. Default: one, without a draw. */
  readonly spanLength?: (random: RandomStream) => number;
  /** Tokens of the unit that a token lies in, in the mean, from which `slotsFor` tells how far independent choices spread. Default 1. */
  readonly usualLength?: number;
}

/** True where tokens `i − 1` and `i` of the row do not touch: a special token stands between them. */
export const gapBefore = ({ columns }: TokenRow, i: number): boolean =>
  (columns[i] as number) !== (columns[i - 1] as number) + 1;
