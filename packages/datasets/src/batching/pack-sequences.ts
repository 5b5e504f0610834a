import { checkList, checkOptions, checkRows, needed, whole } from '@cloze/checks';
import { checkNumbers } from './check-numbers.ts';
/** Sequences laid into full rows, row-major `[batch, length]`. */
export interface PackedRows {
  readonly shape: readonly [batch: number, length: number];
  readonly ids: Int32Array;
  readonly segments: Int32Array;
  /** 1 for real tokens, 0 for pads. */
  readonly attend: Uint8Array;
  /** Number of the text a token belongs to within its row, 1, 2, …; 0 for pads. Attention stays inside one number. */
  readonly texts: Int32Array;
  /** Place of each token in its own text, 0, 1, …: what the position table is asked for. */
  readonly positionIds: Int32Array;
  /** Where each sequence lies, in the order given. */
  readonly places: readonly { readonly row: number; readonly from: number; readonly count: number }[];
}

/** A sequence to be packed. */
export interface Packable {
  readonly ids: ArrayLike<number>;
  readonly segments?: ArrayLike<number>;
}

/** Lays lengths into rows, longest first, each into the fullest row that still has room (best fit decreasing, at most 11/9 of the fewest rows + 1). */
export function packLengths(lengths: readonly number[], rowLength: number): number[][] {
  checkNumbers('packLengths', lengths);
  const wrong = lengths.flatMap((length, i) => (length >= 1 && length <= rowLength ? [] : [`${i} (${length})`]));
  if (wrong.length > 0)
    throw new RangeError(
      `packLengths: sequences must have 1 to ${rowLength} tokens; ${wrong.slice(0, 5).join(', ')}${wrong.length > 5 ? ` and ${wrong.length - 5} more` : ''} do not.`,
    );
  const rows: number[][] = [];
  // Rows by the room they have left, so that each sequence looks at rowLength lists at most.
  const open: number[][] = Array.from({ length: rowLength + 1 }, () => []);
  /** How many of each list are taken. */
  const taken = new Int32Array(rowLength + 1);
  const order = lengths.map((_, i) => i).sort((a, b) => (lengths[b] as number) - (lengths[a] as number) || a - b);
  for (const i of order) {
    const length = lengths[i] as number;
    let room = length;
    while (room <= rowLength && open[room]?.length === taken[room]) room++;
    let row = room <= rowLength ? (open[room] as number[])[taken[room]!++] : undefined;
    if (row === undefined) {
      row = rows.push([]) - 1;
      room = rowLength;
    }
    (rows[row] as number[]).push(i);
    (open[room - length] as number[]).push(row);
  }
  return rows;
}

/**
 * Packs short sequences into full rows for block-diagonal attention: no token sees another text, positions begin anew.
 *
 * @throws {RangeError} naming sequences that are empty or longer than a row
 */
export function packSequences(
  sequences: readonly Packable[],
  options: { readonly length: number; readonly padId: number },
): PackedRows {
  checkOptions('packSequences', options, { length: needed(whole(1)), padId: needed(whole(0)) });
  const { length, padId } = options;

  checkList('packSequences', sequences);
  checkRows('packSequences: sequence', sequences);
  const rows = packLengths(
    sequences.map(({ ids }) => ids.length),
    length,
  );
  const size = rows.length * length;
  const packed = {
    shape: [rows.length, length] as const,
    ids: new Int32Array(size).fill(padId),
    segments: new Int32Array(size),
    attend: new Uint8Array(size),
    texts: new Int32Array(size),
    positionIds: new Int32Array(size),
    places: [] as { row: number; from: number; count: number }[],
  };
  for (const [row, members] of rows.entries()) {
    let from = 0;
    for (const [n, i] of members.entries()) {
      const { ids, segments = [] } = sequences[i] as Packable;
      packed.places[i] = { row, from, count: ids.length };
      for (let j = 0; j < ids.length; j++) {
        const index = row * length + from + j;
        packed.ids[index] = ids[j] as number;
        packed.segments[index] = segments[j] ?? 0;
        packed.attend[index] = 1;
        packed.texts[index] = n + 1;
        packed.positionIds[index] = j;
      }
      from += ids.length;
    }
  }
  return packed;
}
