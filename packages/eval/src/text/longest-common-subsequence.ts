/**
 * Places in `first` of a longest common subsequence of two lists, rising, by dynamic programming in `O(n·m)`.
 *
 * Where several are longest, the walk back from the ends leaves out a token of `second` unless leaving out one of `first` is better, as in PyPI
 * `rouge`, whose count of distinct tokens depends on it; with `ties: 'first'` one of `first`, as in rouge_score.
 */
export function longestCommonSubsequence(
  first: readonly string[],
  second: readonly string[],
  { ties = 'second' }: { readonly ties?: 'first' | 'second' } = {},
): number[] {
  const width = second.length + 1;
  const length = new Uint32Array((first.length + 1) * width);
  const lengthAt = (i: number, j: number) => length[i * width + j] as number;
  for (let i = 1; i <= first.length; i++) {
    for (let j = 1; j <= second.length; j++) {
      length[i * width + j] =
        first[i - 1] === second[j - 1] ? lengthAt(i - 1, j - 1) + 1 : Math.max(lengthAt(i - 1, j), lengthAt(i, j - 1));
    }
  }
  const found: number[] = [];
  for (let [i, j] = [first.length, second.length]; i > 0 && j > 0; ) {
    const [withoutFirst, withoutSecond] = [lengthAt(i - 1, j), lengthAt(i, j - 1)];
    if (first[i - 1] === second[j - 1]) {
      found.push(i - 1);
      i--;
      j--;
    } else if (withoutFirst > withoutSecond || (ties === 'first' && withoutFirst === withoutSecond)) i--;
    else j--;
  }
  return found.reverse();
}
