/** Longest line that is read, in UTF-16 units: what is longer is no text, and a `.gz` of a few megabytes may hold gigabytes of it. */
export const longestLine = 1 << 26;

/** Cuts text that comes in pieces into lines. */
export interface LineSplitter {
  /** The lines that end in a piece. @throws {RangeError} for a line longer than `longestLine` */
  push(piece: string): string[];
  /** What stands behind the last line end. @throws {RangeError} for text without a line feed that has carriage returns between its lines, as old Macs wrote it: it would be one line */
  end(): string;
}

/** Cuts text that comes in pieces at `\n`, in time linear in it: a line is put together once, however many pieces it takes. */
export function lineSplitter(longest = longestLine): LineSplitter {
  let held: string[] = [];
  let size = 0;
  let hasEnds = false;
  const take = (): string => {
    const line = held.length === 1 ? (held[0] as string) : held.join('');
    [held, size] = [[], 0];
    return line;
  };
  const hold = (part: string) => {
    size += part.length;
    if (size > longest) throw new RangeError(`is longer than ${longest} characters; break it into lines`);
    held.push(part);
  };
  return {
    push: (piece) => {
      const parts = piece.split('\n');
      const last = parts.pop() as string;
      hasEnds ||= parts.length > 0;
      const lines = parts.map((part, i) => {
        if (i > 0) return part;
        hold(part);
        return take();
      });
      if (last !== '') hold(last);
      return lines;
    },
    end: () => {
      const last = take();
      if (!hasEnds && /\r[^\r]/.test(last))
        throw new RangeError('ends with a carriage return alone, as all after it; save the file with line feeds');
      return last;
    },
  };
}
