/**
 * A longest common subsequence of two lists, by dynamic programming in `O(n·m)`.
 *
 * Where several are longest, the walk back from the ends leaves out a token of `second` unless leaving out one of `first` is better;
 * PyPI `rouge` does the same, and counting distinct tokens depends on it.
 */
export function longestCommonSubsequence(first: readonly string[], second: readonly string[]): string[] {
  const width = second.length + 1;
  const length = new Uint32Array((first.length + 1) * width);
  const lengthAt = (i: number, j: number) => length[i * width + j] as number;
  for (let i = 1; i <= first.length; i++) {
    for (let j = 1; j <= second.length; j++) {
      length[i * width + j] =
        first[i - 1] === second[j - 1] ? lengthAt(i - 1, j - 1) + 1 : Math.max(lengthAt(i - 1, j), lengthAt(i, j - 1));
    }
  }
  const found: string[] = [];
  for (let [i, j] = [first.length, second.length]; i > 0 && j > 0; ) {
    if (first[i - 1] === second[j - 1]) {
      found.push(first[i - 1] as string);
      i--;
      j--;
    } else if (lengthAt(i - 1, j) > lengthAt(i, j - 1)) i--;
    else j--;
  }
  return found.reverse();
}
