/** How surprising a token was: 0 for p above a half, to 4 for p below 1 in 256; −1 where it was not scored. */
export function surpriseStep(logProbability: number | null): number {
  if (logProbability === null) return -1;
  const bits = -logProbability / Math.LN2;
  return bits < 1 ? 0 : bits < 2 ? 1 : bits < 4 ? 2 : bits < 8 ? 3 : 4;
}

/** A share of the largest, −1 to 1; 0 where all are 0. */
export function shareOf(value: number, all: readonly number[]): number {
  const most = all.reduce((top, one) => Math.max(top, Math.abs(one)), 0);
  return most === 0 ? 0 : value / most;
}

/** A probability for people: `43 %`, `0.2 %`, `below 0.1 %`. */
export function shownPercent(probability: number): string {
  const percent = 100 * probability;
  if (percent > 0 && percent < 0.1) return 'below 0.1 %';
  return `${percent >= 10 ? percent.toFixed(0) : percent.toFixed(1)} %`;
}
