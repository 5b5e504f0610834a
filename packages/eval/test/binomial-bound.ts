/** 4.5 standard errors of a share seen in n trials: exceeded by luck once in 150,000 tests. */
export function binomialBound(share: number, trials: number): number {
  return 4.5 * Math.sqrt((share * (1 - share)) / trials);
}
