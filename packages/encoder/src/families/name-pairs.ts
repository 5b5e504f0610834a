/** One of our paths, Hugging Face's name for it, and whether the matrix is stored the other way round there. */
export interface NamePair {
  readonly ours: string;
  readonly theirs: string;
  readonly transposed: boolean;
}

/** A list of pairs, with the three shapes names come in. */
export function namePairs(): {
  readonly pairs: NamePair[];
  plain(ours: string, theirs: string): void;
  linear(ours: string, theirs: string): void;
  norm(ours: string, theirs: string): void;
} {
  const pairs: NamePair[] = [];
  const plain = (ours: string, theirs: string) => {
    pairs.push({ ours, theirs, transposed: false });
  };
  return {
    pairs,
    plain,
    // PyTorch's linear weights are [out, in].
    linear: (ours, theirs) => {
      pairs.push({ ours: `${ours}/kernel`, theirs: `${theirs}.weight`, transposed: true });
      plain(`${ours}/bias`, `${theirs}.bias`);
    },
    norm: (ours, theirs) => {
      plain(`${ours}/scale`, `${theirs}.weight`);
      plain(`${ours}/offset`, `${theirs}.bias`);
    },
  };
}

/** The two pairs of one linear map. */
export function linearNames(ours: string, theirs: string): NamePair[] {
  const { pairs, linear } = namePairs();
  linear(ours, theirs);
  return pairs;
}
