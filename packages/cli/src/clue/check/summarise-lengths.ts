/** Characters (code points) of texts. */
export interface LengthSummary {
  readonly least: number;
  readonly median: number;
  readonly mean: number;
  readonly p95: number;
  readonly most: number;
}

/** Lengths at a glance: median and 95 % by nearest rank (`sorted[⌈q·n⌉ − 1]`), the mean to two decimals. @returns undefined for no text */
export function summariseLengths(texts: readonly string[]): LengthSummary | undefined {
  if (texts.length === 0) return undefined;
  const lengths = Float64Array.from(texts, (text) => {
    let length = 0;
    for (const _ of text) length++;
    return length;
  }).sort();
  const at = (share: number) => lengths[Math.ceil(share * lengths.length) - 1] as number;
  const sum = lengths.reduce((a, b) => a + b, 0);
  return {
    least: lengths[0] as number,
    median: at(0.5),
    mean: Number((sum / lengths.length).toFixed(2)),
    p95: at(0.95),
    most: lengths.at(-1) as number,
  };
}
