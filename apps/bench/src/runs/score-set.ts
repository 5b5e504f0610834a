import type { PredictionSet } from '../recipes/parts/prediction-set.ts';

/** One figure of one set of predictions. */
export interface Score {
  readonly set: string;
  readonly metric: string;
  readonly value: number;
  readonly n: number;
  readonly higherIsBetter: boolean;
  /** What each example adds: the value is their weighted mean. Empty where it is no mean (Spearman). */
  readonly examples: readonly number[];
  /** Weights of the examples; absent: all alike. */
  readonly weights?: readonly number[];
}

const mean = (values: readonly number[], weights?: readonly number[]) => {
  const total = weights ? weights.reduce((a, b) => a + b, 0) : values.length;
  return values.reduce((sum, value, i) => sum + value * (weights?.[i] ?? 1), 0) / (total || 1);
};

/** Ranks from 1, equal values sharing the mean of theirs. */
function ranks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => (values[a] as number) - (values[b] as number));
  const result = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1] as number] === values[order[from] as number]) to++;
    for (let i = from; i <= to; i++) result[order[i] as number] = (from + to) / 2 + 1;
    from = to + 1;
  }
  return result;
}

function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (const [i, value] of x.entries()) {
    const [dx, dy] = [value - mx, (y[i] as number) - my];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx === 0 || yy === 0 ? 0 : xy / Math.sqrt(xx * yy);
}

/** All figures of a set of predictions. Accuracies and correlations are in percent. */
export function scoreSet(set: PredictionSet): Score[] {
  const n = set.lines.length;
  if (set.kind === 'class') {
    const examples = set.lines.map(({ label, prediction }) => (label === prediction ? 100 : 0));
    return [{ set: set.name, metric: 'accuracy', value: mean(examples), n, higherIsBetter: true, examples }];
  }
  if (set.kind === 'loss') {
    const weights = set.lines.map(({ tokens }) => tokens);
    const examples = set.lines.map(({ loss, tokens }) => loss / (tokens || 1));
    return [
      { set: set.name, metric: 'loss', value: mean(examples, weights), n, higherIsBetter: false, examples, weights },
    ];
  }
  if (set.kind === 'similarity') {
    const value =
      100 *
      spearman(
        set.lines.map(({ label }) => label),
        set.lines.map(({ prediction }) => prediction),
      );
    return [{ set: set.name, metric: 'Spearman', value, n, higherIsBetter: true, examples: [] }];
  }
  return [];
}
