import { checkOptions, real } from '@cloze/checks';
import type { RandomStream } from '../batch.ts';

/** A law of the rates of rows. */
export interface RateLaw {
  /** A rate in (0, 1). */
  readonly draw: (random: RandomStream) => number;
  /** Its density there. */
  readonly density: (rate: number) => number;
}

/** Share of a normal law below a place, by Hastings' rational function: 7.5e-8 at most from the truth (Abramowitz and Stegun 26.2.17). */
function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z > 0 ? 1 - tail : tail;
}

/**
 * Rates of rows by two normal laws, most of them low and some high, cut to (0, 1) (Kosmopoulou et al. 2025: bimodal noise).
 *
 * `density(t) = share·N(t; low, lowDeviation) + (1 − share)·N(t; high, highDeviation)`, each over what of it lies in (0, 1).
 *
 * @param options.low default 0.12 @param options.lowDeviation default 0.02 @param options.high default 0.85, where the authors' moves to during a training
 * @param options.highDeviation default 0.08 @param options.share of rows with a low rate, default 0.6
 * @throws {RangeError} naming every option out of range
 */
export function bimodalRates(
  options: {
    readonly low?: number;
    readonly lowDeviation?: number;
    readonly high?: number;
    readonly highDeviation?: number;
    readonly share?: number;
  } = {},
): RateLaw {
  const inside = real({ above: 0, below: 1 });
  checkOptions('bimodalRates', options, {
    low: inside,
    lowDeviation: inside,
    high: inside,
    highDeviation: inside,
    share: real({ from: 0, to: 1 }),
  });
  const { low = 0.12, lowDeviation = 0.02, high = 0.85, highDeviation = 0.08, share = 0.6 } = options;
  const laws = [
    [low, lowDeviation, share],
    [high, highDeviation, 1 - share],
  ] as const;
  const weighted = laws.map(([mean, deviation, weight]) => {
    const inside = normalBelow((1 - mean) / deviation) - normalBelow(-mean / deviation);
    return [mean, deviation, weight / (inside * deviation * Math.sqrt(2 * Math.PI))] as const;
  });
  return {
    draw: (random) => {
      const [mean, deviation] = laws[random.next() < share ? 0 : 1];
      for (;;) {
        // Box and Muller; 1 − u is never 0.
        const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
        const rate = mean + deviation * radius * Math.cos(2 * Math.PI * random.next());
        if (rate > 0 && rate < 1) return rate;
      }
    },
    density: (rate) =>
      weighted.reduce(
        (sum, [mean, deviation, factor]) => sum + factor * Math.exp(-(((rate - mean) / deviation) ** 2) / 2),
        0,
      ),
  };
}
