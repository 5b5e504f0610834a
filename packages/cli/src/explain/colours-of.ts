/** How a score is coloured: red speaks for the target, blue against it. */
export interface Colour {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  /** 0 to 1. */
  readonly strength: number;
}

/** The colour of each score, strongest at the largest size among them; pure tones with a strength to mix them by. */
export function coloursOf(scores: readonly number[]): Colour[] {
  const most = scores.reduce((most, score) => Math.max(most, Math.abs(score)), Number.MIN_VALUE);
  return scores.map((score) => ({
    ...(score >= 0 ? { red: 220, green: 38, blue: 38 } : { red: 37, green: 99, blue: 235 }),
    strength: Math.abs(score) / most,
  }));
}
