/** One of our paths, Hugging Face's name for it, and whether the matrix is stored the other way round there. */
export interface NamePair {
  readonly ours: string;
  readonly theirs: string;
  readonly transposed: boolean;
  /** Of an optional part: a matrix that is stored as it is; default a vector, where it is not transposed. */
  readonly isMatrix?: boolean;
  /** Where the file stacks several of ours along its first axis: which one this is, of how many. They stand in the list one after another. */
  readonly part?: {
    readonly index: number;
    readonly of: number;
    /** How often the parts follow one another there: once, or, where each head has its own stack, as often as there are heads. Default 1. */
    readonly times?: number;
  };
}

/** A list of pairs, with the three shapes names come in. */
export function namePairs(): {
  readonly pairs: NamePair[];
  plain(ours: string, theirs: string): void;
  linear(ours: string, theirs: string, hasBias?: boolean): void;
  /** Several maps of ours, which are one in the file. @param times in how many stacks, each with its share of every map; default 1 */
  stacked(ours: readonly string[], theirs: string, hasBias?: boolean, times?: number): void;
  norm(ours: string, theirs: string, hasOffset?: boolean): void;
} {
  const pairs: NamePair[] = [];
  const plain = (ours: string, theirs: string) => {
    pairs.push({ ours, theirs, transposed: false });
  };
  return {
    pairs,
    plain,
    // PyTorch's linear weights are [out, in].
    linear: (ours, theirs, hasBias = true) => {
      pairs.push({ ours: `${ours}/kernel`, theirs: `${theirs}.weight`, transposed: true });
      if (hasBias) plain(`${ours}/bias`, `${theirs}.bias`);
    },
    stacked: (ours, theirs, hasBias = true, times = 1) => {
      const stack = { of: ours.length, ...(times > 1 && { times }) };
      for (const [index, map] of ours.entries())
        pairs.push({ ours: `${map}/kernel`, theirs: `${theirs}.weight`, transposed: true, part: { index, ...stack } });
      for (const [index, map] of hasBias ? ours.entries() : [])
        pairs.push({ ours: `${map}/bias`, theirs: `${theirs}.bias`, transposed: false, part: { index, ...stack } });
    },
    norm: (ours, theirs, hasOffset = true) => {
      plain(`${ours}/scale`, `${theirs}.weight`);
      if (hasOffset) plain(`${ours}/offset`, `${theirs}.bias`);
    },
  };
}

/** The two pairs of one linear map. */
export function linearNames(ours: string, theirs: string): NamePair[] {
  const { pairs, linear } = namePairs();
  linear(ours, theirs);
  return pairs;
}
