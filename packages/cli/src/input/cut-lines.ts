/** Lines of a file that are longer than a model reads. */
export interface CutLines {
  /** Notes a line, by its number, and how many tokens of it are left out. */
  add(line: number, tokens: number): void;
  /** What a command says of them, and what it gives as JSON; undefined where nothing was cut. */
  summary():
    | { readonly sentence: string; readonly figures: { readonly lines: number; readonly tokens: number } }
    | undefined;
}

const shown = 10;

/**
 * Collects lines that are cut, so that a command can say at its end how many, which and how much.
 *
 * @param what a line is called, `line` or `row` @param reads tokens that the model reads
 */
export function cutLines(what: string, reads: number): CutLines {
  const first = new Set<number>();
  let [lines, tokens, last] = [0, 0, 0];
  return {
    add: (line, cut) => {
      tokens += cut;
      if (line === last) return;
      last = line;
      lines++;
      if (first.size < shown) first.add(line);
    },
    summary: () => {
      if (lines === 0) return undefined;
      const named = `${what}${lines === 1 ? '' : 's'} ${[...first].join(', ')}${lines > shown ? ` and ${lines - shown} more` : ''}`;
      return {
        sentence: `${lines} ${what}${lines === 1 ? ' is' : 's are'} longer than the ${reads} tokens that the model reads: ${tokens} token${tokens === 1 ? '' : 's'} of ${named} ${tokens === 1 ? 'is' : 'are'} left out.\n`,
        figures: { lines, tokens },
      };
    },
  };
}
